"""Stand where messages go: a real HTTP server and a real mail server on loopback ports of their own."""

from __future__ import annotations

import json
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HttpTarget:
    """Take messages as JSON; `status` is what it answers, and while `holding` is set it does not answer at all."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.answering = threading.Event()
        self.answering.set()
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                target.got.append(json.loads(body) | {"path": self.path})
                while not target.answering.wait(1):  # a byte now and then keeps the client waiting for ever
                    self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                self.send_response(target.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.got]

    def url(self, path: str = "hook") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def close(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()


class MailTarget:
    """Take mail by as much of SMTP as a client needs."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        target = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 loopback\r\n")
                while line := self.rfile.readline():
                    word = line.split()[0].upper() if line.split() else b""
                    if word == b"DATA":
                        self._take()
                    else:
                        self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    if word == b"QUIT":
                        return

            def _take(self) -> None:
                self.wfile.write(b"354 go on\r\n")
                lines: list[bytes] = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
                mail = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(mail, EmailMessage)
                target.got.append(mail)
                self.wfile.write(b"250 taken\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=reels@example.com&to=ana@example.com&mode=insecure"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
