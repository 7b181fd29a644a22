"""Open the place for files that the settings name, and move what is kept from one place to another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from core.config import Settings
from core.errors import PlaceError, SettingsError
from core.place import Folder, Found, Place, WithEarlier, write_whole
from core.store import Store
from core.store.archive import KeptFile

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Hold what became of the files of one reel."""

    reel_id: int
    files: int
    bytes: int


def beside(database: Path) -> Folder:
    """Return the folder beside the database, where files are kept unless a setting says otherwise."""
    return Folder(database.parent / "files")


def open_place(settings: Settings, database: Path) -> Place:
    """Return where files are kept; raises SettingsError where the library for S3 is missing."""
    if settings.archive_url is None:
        return beside(database)
    return WithEarlier(place_at(settings.archive_url, settings, database), beside(database))


def place_at(url: str, settings: Settings, database: Path) -> Place:
    """Return the place at `file:///…` or `s3://…`."""
    if url.startswith("file://"):
        return Folder(Path(unquote(urlsplit(url).path)))
    try:
        from core.bucket import Bucket  # only who asks for it loads it
    except ImportError as error:
        raise SettingsError(
            "ARCHIVE_URL names an S3 bucket, and its library cannot be loaded: `pip install -r requirements-s3.txt`."
        ) from error
    return Bucket(url, settings, database.parent / "incoming")


def move(store: Store, source: Place, target: Place) -> Iterator[Moved]:
    """Move the files of every reel, and yield each reel that had any; may be cut short at any moment and run again.

    A file leaves its old place when the new one has given all of its bytes back. Raises PlaceError.
    """
    last = 0
    while reel_ids := store.archive.reels_after(last, AT_ONCE):
        for reel_id in reel_ids:
            files = [file for file in store.archive.files(reel_id).values() if source.find(reel_id, file.name)]
            for file in files:
                _move(reel_id, file, source, target)
            if files:
                source.clear(reel_id)
                if store.reels.get(reel_id).deleted_at:
                    target.clear(reel_id)
                yield Moved(reel_id=reel_id, files=len(files), bytes=sum(file.bytes for file in files))
        last = reel_ids[-1]


def _move(reel_id: int, file: KeptFile, source: Place, target: Place) -> None:
    there = target.find(reel_id, file.name)
    found = source.find(reel_id, file.name)
    if found is not None and (there is None or there.size != file.bytes):
        _check(found, file, source)
        with target.taking(reel_id, file.name) as path:
            write_whole(path, found.chunks())
        there = target.find(reel_id, file.name)
    if there is not None:
        _check(there, file, target)


def _check(found: Found, file: KeptFile, place: Place) -> None:
    """Read a file to its end; raises PlaceError where it is not the one that was kept."""
    seen = hashlib.sha256()
    for chunk in found.chunks():
        seen.update(chunk)
    if seen.hexdigest() != file.sha256:
        raise PlaceError("{name} in {place} is not the file that was kept.", name=file.name, place=str(place))
