"""Keep the files of reels in a bucket of S3, or of a service that speaks as S3 does, through obstore.

An object appears whole or not at all, and the service checks each part against the hash in its request's signature.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from core.config import Settings
from core.errors import PlaceError
from core.place import Found

if TYPE_CHECKING:
    from obstore.store import S3Credential

PART: Final = 8 * 1024 * 1024
PARTS_AT_ONCE: Final = 2
STEP: Final = 1024 * 1024
REGION: Final = "us-east-1"
_CODE: Final = re.compile(r"<Code>(\w+)</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3})")
_NO_KEY: Final = ("169.254.", "MissingAccessKeyId", "MissingSecretAccessKey")  # first: the service that knows roles


class Bucket:
    """Keep files as objects PREFIX/REEL/NAME; what is written and checked first stands in a folder of this machine."""

    def __init__(self, url: str, settings: Settings, workbench: Path) -> None:
        parts = urlsplit(url)
        self._name = parts.netloc
        self._prefix = parts.path.strip("/")
        self._workbench = workbench
        with self._told():
            self._store = _store(self._name, self._prefix, settings)

    def __str__(self) -> str:
        return f"s3://{self._name}/{self._prefix}".rstrip("/")

    def workbench(self, reel_id: int) -> Path:
        """Return the folder in which the files of a reel are written and checked."""
        return self._workbench / str(reel_id)

    @contextmanager
    def taking(self, reel_id: int, name: str) -> Iterator[Path]:
        """Yield where to write a file; it goes into the bucket when the block ends well, and nothing is left here."""
        path = self.workbench(reel_id) / name
        try:
            yield path
            self._put(f"{reel_id}/{name}", path)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)
                path.parent.rmdir()

    def find(self, reel_id: int, name: str) -> Found | None:
        """Return a kept file, None where it is not."""
        key = f"{reel_id}/{name}"
        try:
            with self._told():
                about = obstore.head(self._store, key)
        except FileNotFoundError:
            return None
        return Found(
            size=about["size"], at=about["last_modified"], read=lambda start, stop: self._read(key, start, stop)
        )

    def clear(self, reel_id: int) -> None:
        """Delete all files of a reel."""
        with self._told():
            keys = [about["path"] for page in obstore.list(self._store, str(reel_id)) for about in page]
            if keys:
                obstore.delete(self._store, keys)

    def probe(self) -> None:
        """Write, read and delete a small object."""
        key, words = f".probe-{secrets.token_hex(8)}", secrets.token_bytes(16)
        with self._told():
            obstore.put(self._store, key, words)
            is_same = bytes(obstore.get_range(self._store, key, start=0, end=len(words))) == words
            obstore.delete(self._store, key)
        if not is_same:
            raise PlaceError("{place} gives back something else than was written.", place=str(self))

    def _put(self, key: str, path: Path) -> None:
        with self._told():
            obstore.put(self._store, key, path, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)
            size = obstore.head(self._store, key)["size"]
        if size != path.stat().st_size:
            raise PlaceError("{place} did not keep a file whole.", place=str(self))

    def _read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Ask step by step, so that a reader who pauses holds neither a connection nor memory."""
        for at in range(start, stop, STEP):
            with self._told():
                chunk = bytes(obstore.get_range(self._store, key, start=at, end=min(at + STEP, stop)))
            yield chunk

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say each error of the library as one sentence; its own text may hold what a request was signed with."""
        try:
            yield
        except (BaseError, ValueError, OSError) as error:
            problem = self._problem(error)
            if problem is None:
                raise
            raise problem from None

    def _problem(self, error: Exception) -> PlaceError | None:
        """Return the sentence for an error, None for an object that is not there."""
        text, place = str(error), str(self)
        found = _CODE.search(text) or _STATUS.search(text)
        why = found[1] if found else ""
        if why == "NoSuchBucket":
            return PlaceError("There is no bucket for {place}: create it, or correct ARCHIVE_URL.", place=place)
        if isinstance(error, FileNotFoundError):
            return None
        if any(sign in text for sign in _NO_KEY):
            return PlaceError(
                "{place} needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", place=place
            )
        if "status code: 403" in text or "status code: 401" in text:
            return PlaceError(
                "{place} refuses us ({why}): check the credentials and their rights.", place=place, why=why
            )
        why = why or ("no connection" if "error sending request" in text else type(error).__name__)
        return PlaceError("{place} cannot be used ({why}).", place=place, why=why)


def _store(name: str, prefix: str, settings: Settings) -> S3Store:
    """Return the library's store; where no key is set it asks the machine that it runs on for the machine's role.

    What is set is always given whole, since the library takes an empty variable of the environment for a value.
    """
    region = settings.aws_region or REGION
    endpoint = settings.aws_endpoint_url or f"https://s3.{region}.amazonaws.com"
    return S3Store(
        name,
        prefix=prefix or None,
        endpoint=endpoint,
        region=region,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": "5s",
            "timeout": "120s",
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
        credential_provider=_credentials(settings),
        disable_bulk_delete=True,  # not every service has it
    )


def _credentials(settings: Settings) -> Callable[[], S3Credential] | None:
    """Return what hands out the key that is set, None where there is none."""
    key, secret, token = settings.aws_access_key_id, settings.aws_secret_access_key, settings.aws_session_token
    if key is None or secret is None:
        return None
    return lambda: {"access_key_id": key, "secret_access_key": secret, "token": token, "expires_at": None}
