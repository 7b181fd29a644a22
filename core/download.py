"""Download one file from HeyGen's file host: only from where it may come, within limits, whole or not at all."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from core.errors import ReelsError
from core.values import LOOPBACK

MAX_BYTES: Final = 4 * 1024**3
MAX_S: Final = 1800.0
REDIRECTS: Final = 3
RESUMES: Final = 5


class DownloadError(ReelsError):
    """Say why a file could not be had; `stale` means that a fresh link may help."""

    def __init__(self, message: str, *, stale: bool = False, **values: object) -> None:
        self.stale = stale
        super().__init__(message, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """Hold what was written: its size and hash."""

    bytes: int
    sha256: str


class Downloader:
    """Fetch files over https from public hosts; over loopback only where HeyGen itself is on loopback."""

    def __init__(self, *, loopback: bool, transport: httpx.BaseTransport | None = None, max_s: float = MAX_S) -> None:
        self._loopback = loopback
        self._transport = transport
        self._max_s = max_s

    def fetch(self, url: str, target: Path, is_right: Callable[[Path], bool]) -> Downloaded:
        """Write the file under a temporary name, check it, and only then give it its own; raises DownloadError."""
        part = target.with_name(f".{target.name}.{os.getpid()}.{time.monotonic_ns()}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with httpx.Client(transport=self._transport, trust_env=False, timeout=30.0) as http:
                self._download(http, url, part)
            if not is_right(part):
                raise DownloadError("The downloaded file is not whole, or not of the kind it should be.", stale=True)
            done = Downloaded(bytes=part.stat().st_size, sha256=_sha256(part))
            part.replace(target)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DownloadError("The file host cannot be reached ({error}).", error=type(error).__name__) from error
        except OSError as error:
            raise DownloadError("The file cannot be written ({error}).", error=str(error)) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return done

    def _download(self, http: httpx.Client, url: str, part: Path) -> None:
        """Read to the end; a connection that breaks is resumed where it broke, a bounded number of times."""
        deadline = time.monotonic() + self._max_s
        with part.open("wb") as file:
            for _ in range(RESUMES):
                try:
                    with self._open(http, url, file.tell()) as answer:
                        if answer.status_code != 206:
                            file.seek(0)
                            file.truncate()
                        for chunk in answer.iter_bytes():  # as it comes: a trickle must not hide from the clock
                            file.write(chunk)
                            if file.tell() > MAX_BYTES or time.monotonic() > deadline:
                                raise DownloadError("The file is too large or comes too slowly.")
                    break
                except (httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout):
                    continue
            else:
                raise DownloadError("The connection to the file host broke {n} times.", n=RESUMES)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _open(self, http: httpx.Client, url: str, offset: int) -> Iterator[httpx.Response]:
        """Open a link and follow a few redirects, each checked; yields a good answer."""
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        for _ in range(REDIRECTS + 1):
            self._check_address(url)
            with http.stream("GET", url, headers=headers) as answer:
                self._check_peer(answer)
                if answer.is_redirect:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                if answer.status_code not in {200, 206}:
                    raise DownloadError(
                        "The file host answered {status}.",
                        stale=answer.status_code in {401, 403, 404, 410, 416},
                        status=answer.status_code,
                    )
                yield answer
                return
        raise DownloadError("The file host redirects in a circle.")

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            known = bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port or an IPv6 address that cannot be
            known = False
        on_loopback = known and parts.hostname in LOOPBACK
        if not known or not ((parts.scheme == "https" and not on_loopback) or (on_loopback and self._loopback)):
            raise DownloadError("A file is fetched over https from a public host only.")

    def _check_peer(self, answer: httpx.Response) -> None:
        """Refuse an answer that came from inside a private network, whatever its name resolved to."""
        stream = answer.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream is not None else None
        if not peer:
            return
        address = ipaddress.ip_address(peer[0])
        if not (address.is_global or (self._loopback and address.is_loopback)):
            raise DownloadError("The file host's name leads into a private network.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
