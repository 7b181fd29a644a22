"""Run the real nginx with our own site: names and paths replaced, TLS put in by the real certbot."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.deploy.needed import program
from tests.support.programs import ROOT, Program, clean_environ, free_port
from tests.support.waiting import wait_for

NAME = "reels.example.com"
SECRET = "whsec_deploy"
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/main.error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include sites-enabled/*.conf;
}}
"""
# certbot asks for the version through this. It has nginx tried and reloaded, too: here later, as only root has port 80.
CONTROL = """#!/bin/sh
case " $* " in *" -V "*) exec {nginx} "$@" ;; esac
"""


def hosts_environ(folder: Path, **settings: str) -> dict[str, str]:
    """Return what every host has in its environment: a key, a secret and one store."""
    return clean_environ(
        **{
            "HEYGEN_API_KEY": "test-key",
            "HEYGEN_API_BASE_URL": f"http://127.0.0.1:{free_port()}",
            "HEYGEN_PROCESSING_MODE": "webhook",
            "HEYGEN_WEBHOOK_BASE_URL": f"https://{NAME}",
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "DATABASE_URL": f"sqlite:///{folder}/reels.db",
        }
        | settings
    )


class Host(Program):
    """One process of ours on a port of its own."""

    def __init__(self, folder: Path, argv: Sequence[str], port: int, environ: Mapping[str, str]) -> None:
        self.port = port
        super().__init__([sys.executable, "-m", *argv], environ, folder / f"host-{port}.log", ROOT)

    def await_health(self) -> None:
        wait_for(self._answers, timeout_s=40, what=f"port {self.port} to answer")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output
        try:
            return self.health().status_code == 200
        except httpx.HTTPError:
            return False

    def health(self) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/healthz", trust_env=False, timeout=5)


def a_receiver(folder: Path, environ: Mapping[str, str], port: int | None = None) -> Host:
    port = port or free_port()
    return Host(folder, ["core", "receiver", "--port", str(port)], port, environ)


def some_pages(folder: Path, environ: Mapping[str, str]) -> Host:
    port = free_port()
    environ = {**environ, "PAGES_ALONE": "yes", "PAGES_OPEN_TO": "everybody"}
    return Host(folder, ["streamlit", "run", "streamlit_app.py", "--server.port", str(port)], port, environ)


class Front(Program):
    """nginx before receivers and pages, with TLS on `port` of the loopback."""

    def __init__(self, folder: Path, receivers: Sequence[int], pages: Sequence[int], *changes: tuple[str, str]) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self._nginx = program("nginx", "nginx-light")
        (folder / "sites-enabled").mkdir(parents=True)
        self.site = folder / "sites-enabled" / "reels.conf"
        addresses = {f"receiver-{n}:8502": port for n, port in enumerate(receivers, 1)}
        addresses |= {f"pages-{n}:8501": port for n, port in enumerate(pages, 1)}
        self.site.write_text(_here(folder, addresses, changes))
        self.main = folder / "nginx.conf"
        self.main.write_text(MAIN.format(folder=folder))
        self._add_tls()
        super().__init__([self._nginx, "-c", str(self.main)], os.environ, folder / "nginx.out", folder)
        trusting = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        self.tls = trusting
        self.url = f"https://{NAME}:{self.port}"
        wait_for(self._listens, what="nginx to listen")

    def _add_tls(self) -> None:
        """Make a certificate that signs itself, and let certbot write it into the site as it does with a real one."""
        key, cert = self.folder / "key.pem", self.folder / "cert.pem"
        made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(cert)]
        names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        _run([program("openssl", "openssl"), "req", "-x509", *made, *names])
        control = self.folder / "nginx-control"
        control.write_text(CONTROL.format(nginx=self._nginx))
        control.chmod(0o755)
        certbot = program("certbot", "python3-certbot-nginx")
        words = ["--nginx-server-root", self.folder, "--nginx-ctl", control, "--nginx-sleep-seconds", "0"]
        words += [word for kind in ("config", "work", "logs") for word in (f"--{kind}-dir", self.folder / "certbot")]
        words += ["--cert-path", cert, "--key-path", key, "--fullchain-path", cert, "--chain-path", cert]
        words += ["--redirect", "-d", NAME]
        _run([certbot, "install", "--non-interactive", "--nginx", *map(str, words)])
        written = re.sub(r"^\s*listen \[::\].*\n", "", self.site.read_text(), flags=re.M)
        for old, new in (("80;", f"{self.plain_port};"), ("443 ssl;", f"{self.port} ssl;")):
            assert f"listen {old}" in written, written
            written = written.replace(f"listen {old}", f"listen 127.0.0.1:{new}")
        self.site.write_text(written)

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.output
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """End it with its workers, who would outlive a master that is killed."""
        self.stop()

    def client(self, **options: object) -> httpx.Client:
        """Return a client that finds our name at this machine."""
        source = str(options.pop("source", "127.0.0.1"))
        transport = httpx.HTTPTransport(verify=self.tls, local_address=source)
        base = f"https://127.0.0.1:{self.port}"
        client = httpx.Client(transport=transport, base_url=base, headers={"Host": NAME}, timeout=15)
        client.event_hooks["request"] = [_name_in_tls]
        return client

    def connect(self) -> ssl.SSLSocket:
        """Return a bare connection."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=15)
        return self.tls.wrap_socket(plain, server_hostname=NAME)

    def logged(self) -> list[str]:
        """Return the lines of the access log."""
        return (self.folder / "reels.access.log").read_text().splitlines()

    def logs(self) -> str:
        """Return everything that nginx wrote."""
        return "\n".join(path.read_text() for path in self.folder.glob("*.log"))

    def check(self) -> str:
        """Return what `nginx -t` says."""
        return _run([self._nginx, "-t", "-c", str(self.main)])


def _name_in_tls(request: httpx.Request) -> None:
    request.extensions["sni_hostname"] = NAME


def _here(folder: Path, addresses: Mapping[str, int], changes: Sequence[tuple[str, str]]) -> str:
    """Return our site with this machine's addresses and paths; everything that is to be replaced must be there."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    replaced = [(address, f"127.0.0.1:{port}") for address, port in addresses.items()]
    replaced += [("/var/log/nginx", str(folder)), *changes]
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _run(argv: Sequence[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
