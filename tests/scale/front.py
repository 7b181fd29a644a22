"""nginx on a host of its own, with our site as it is delivered, for three receivers and as many pages as there are."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import httpx
import websockets.sync.client
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.deploy.front import MAIN
from tests.scale.network import Host
from tests.scale.station import Station
from tests.support.programs import ROOT, clean_environ
from tests.support.waiting import wait_for

BROWSERS = 24


def site(port: int, folder: Path, receivers: Sequence[str], pages: Sequence[str]) -> str:
    """Return our site with these hosts in place of the written ones."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = _servers(text, "receiver", receivers)
    text = _servers(text, "pages", pages)
    text = re.sub(r"^\s*listen \[::\].*\n", "", text, flags=re.M).replace("listen 80;", f"listen {port};")
    return text.replace("/var/log/nginx", str(folder))


def _servers(text: str, kind: str, addresses: Sequence[str]) -> str:
    found = re.search(rf"^( *server ){kind}-1:\d+(.*\n)( *server {kind}-\d+:.*\n)*", text, re.M)
    assert found is not None, kind
    return text.replace(found[0], "".join(f"{found[1]}{address}{found[2]}" for address in addresses))


class Front(Station):
    """Hold nginx, and ask for pages through it as browsers do."""

    def __init__(self, host: Host, folder: Path, port: int, receivers: Sequence[str], pages: Sequence[str]) -> None:
        self.folder = folder / "nginx"
        (self.folder / "sites-enabled").mkdir(parents=True)
        main = self.folder / "nginx.conf"
        main.write_text(MAIN.format(folder=self.folder))
        (self.folder / "sites-enabled" / "reels.conf").write_text(site(port, self.folder, receivers, pages))
        program = shutil.which("nginx", path="/usr/sbin:/sbin:/usr/bin")
        assert program is not None, "nginx is not installed (Debian: apt-get install nginx-light)"
        super().__init__(host, "front", {"nginx": [program, "-c", str(main)]}, clean_environ(), folder)
        self.url = f"http://{host.address}:{port}"
        self._pages = set(pages)

    def await_pages(self) -> None:
        """Wait until every server of pages is reached through nginx, and has run a page over a websocket."""
        wait_for(lambda: self._reached() == self._pages, timeout_s=90, every_s=1, what=f"{self._pages} through nginx")

    def _reached(self) -> set[str]:
        return {address for n in range(BROWSERS) if (address := self._session(f"browser{n}"))}

    def _session(self, browser: str) -> str | None:
        """Open a session as one browser, and return which server answered; None where none did."""
        try:
            opened = websockets.sync.client.connect(
                f"{self.url.replace('http', 'ws', 1)}/_stcore/stream?{browser}",
                additional_headers={"Cookie": f"reels_host={browser}"},
                origin=websockets.Origin(self.url),
                subprotocols=[websockets.Subprotocol("streamlit")],
                proxy=None,
            )
            with opened as session:
                session.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
                first = ForwardMsg.FromString(bytes(session.recv(timeout=20)))  # type: ignore[arg-type]
            assert first.WhichOneof("type") == "new_session"
            return self._server_of(browser)
        except (OSError, websockets.WebSocketException):
            return None

    def _server_of(self, browser: str) -> str | None:
        """Ask for the same browser once more, and read in the log whom nginx asked: a browser stays with its host."""
        try:
            path = f"/_stcore/health/{browser}"
            httpx.get(self.url + path, headers={"Cookie": f"reels_host={browser}"}, timeout=5, trust_env=False)
        except httpx.HTTPError:
            return None
        lines = wait_for(lambda: [line for line in self.logged() if path in line], what="the log line")
        return lines[-1].split('"')[-6].split(", ")[-1]

    def logged(self) -> list[str]:
        """Return the lines of the access log."""
        return (self.folder / "reels.access.log").read_text().splitlines()
