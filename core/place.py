"""Keep the files of reels in a folder; `core.bucket` has a place of another kind, with the same methods."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from core.errors import PlaceError

CHUNK: Final = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold a kept file that is there; `path` is None where it does not stand on a disk of this machine."""

    size: int
    at: datetime
    read: Callable[[int, int], Iterator[bytes]]
    path: Path | None = None

    def chunks(self) -> Iterator[bytes]:
        """Yield the whole file; raises PlaceError, OSError."""
        return self.read(0, self.size)


class Place(Protocol):
    """Say what every place for files does; all of it raises PlaceError."""

    def workbench(self, reel_id: int) -> Path:
        """Return the folder in which the files of a reel are written and checked."""

    def taking(self, reel_id: int, name: str) -> AbstractContextManager[Path]:
        """Yield where to write a file, whole or not at all; it is kept when the block ends well."""

    def find(self, reel_id: int, name: str) -> Found | None:
        """Return a kept file, None where it is not."""

    def clear(self, reel_id: int) -> None:
        """Delete all files of a reel; twice is the same as once."""

    def probe(self) -> None:
        """Write, read and delete a small file."""


class Folder:
    """Keep files in a folder of this machine, a folder for each reel."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __str__(self) -> str:
        return str(self._root)

    def workbench(self, reel_id: int) -> Path:
        """Return the folder of a reel: on its own disk a file gets its name in one step."""
        return self._root / str(reel_id)

    @contextmanager
    def taking(self, reel_id: int, name: str) -> Iterator[Path]:
        """Yield the final path, for who writes there does so whole or not at all."""
        yield self.workbench(reel_id) / name

    def find(self, reel_id: int, name: str) -> Found | None:
        """Return a kept file, None where it is not."""
        path = self.workbench(reel_id) / name
        try:
            if not path.is_file():
                return None
            about = path.stat()
        except OSError as error:
            raise self._problem(error) from error
        at = datetime.fromtimestamp(about.st_mtime, UTC)
        return Found(size=about.st_size, at=at, path=path, read=lambda start, stop: _read(path, start, stop))

    def clear(self, reel_id: int) -> None:
        """Delete the files of a reel and their folder."""
        place = self.workbench(reel_id)
        try:
            if place.exists():
                for file in place.iterdir():
                    file.unlink(missing_ok=True)
                place.rmdir()
        except OSError as error:
            raise self._problem(error) from error

    def probe(self) -> None:
        """Write, read and delete a small file."""
        path, words = self._root / f".probe-{secrets.token_hex(8)}", secrets.token_bytes(16)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            path.write_bytes(words)
            is_same = path.read_bytes() == words
            path.unlink()
        except OSError as error:
            raise self._problem(error) from error
        if not is_same:
            raise PlaceError("{place} gives back something else than was written.", place=str(self))

    def _problem(self, error: OSError) -> PlaceError:
        return PlaceError(
            "{place} cannot be used ({why}).", place=str(self), why=error.strerror or type(error).__name__
        )


class WithEarlier:
    """Keep files in one place and still find those that were kept in an earlier one."""

    def __init__(self, place: Place, earlier: Folder) -> None:
        self._place = place
        self._earlier = earlier

    def __str__(self) -> str:
        return str(self._place)

    def workbench(self, reel_id: int) -> Path:
        """Return the folder in which the files of a reel are written and checked."""
        return self._place.workbench(reel_id)

    def taking(self, reel_id: int, name: str) -> AbstractContextManager[Path]:
        """Yield where to write a file that the new place keeps."""
        return self._place.taking(reel_id, name)

    def find(self, reel_id: int, name: str) -> Found | None:
        """Look into the earlier folder first: asking it costs nothing."""
        return self._earlier.find(reel_id, name) or self._place.find(reel_id, name)

    def clear(self, reel_id: int) -> None:
        """Delete the files of a reel in both places."""
        self._earlier.clear(reel_id)
        self._place.clear(reel_id)

    def probe(self) -> None:
        """Try the place into which files go from now on."""
        self._place.probe()


def write_whole(path: Path, chunks: Iterator[bytes]) -> None:
    """Write a file under a temporary name and only then give it its own; raises OSError and what `chunks` raises."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _read(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and (chunk := file.read(min(CHUNK, stop - start))):
            start += len(chunk)
            yield chunk
