"""Hand out what became of a campaign, piece by piece: its results as a table, its kept files as one ZIP."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from core.models import Reel
from core.place import Found, Place
from core.sheet import write_csv
from core.store import Store
from core.store.archive import KeptFile

A_PAGE: Final = 200
LONGEST_NAME: Final = 60
BOM: Final = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252
ENDINGS: Final = {"video": "", "captioned": "-captions", "thumbnail": "", "subtitles": ""}
_UNSAFE: Final = re.compile(r"[^\w -]+")

Cells = Callable[[Reel, dict[str, KeptFile]], Sequence[object]]


def reels_of(store: Store, campaign_id: int) -> Iterator[Reel]:
    """Yield the reels of a campaign in the order of its rows, a page at a time."""
    last = 0
    while page := store.campaigns.reels_after(campaign_id, last, A_PAGE):
        yield from page
        last = page[-1].id or 0


def results(store: Store, campaign_id: int, head: Sequence[str], cells: Cells, separator: str) -> Iterator[str]:
    """Yield a CSV file line by line: the head, then what `cells` makes of each reel and its kept files."""
    yield BOM
    yield from write_csv([head], separator)
    yield from write_csv(
        (cells(reel, store.archive.files(reel.id or 0)) for reel in reels_of(store, campaign_id)), separator
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Hold the words of the table that goes with the files: its name, its head, what is said of a missing file."""

    name: str
    head: tuple[str, str, str, str]
    kept: str
    missing: Callable[[Reel], str]


def zipped(store: Store, place: Place, campaign_id: int, listing: Listing, separator: str) -> Iterator[bytes]:
    """Yield a ZIP of every kept file, and of a table that names each reel with its files or why it has none.

    Raises PlaceError where the place cannot be read: what has been sent by then is no whole ZIP.
    """
    sink = _Sink()
    rows: list[Sequence[object]] = [listing.head]
    # Videos do not shrink. Level 0 stores them, yet marks their end, so that even a reader of streams can unpack them.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=0) as package:
        for reel in reels_of(store, campaign_id):
            names = []
            for name, found in files_of(store, place, reel):
                yield from _packed(package, sink, name, found)
                names.append(name)
            rows.extend([reel.id, reel.title, listing.kept, name] for name in names)
            if not names:
                rows.append([reel.id, reel.title, listing.missing(reel), ""])
        package.writestr(listing.name, BOM + "".join(write_csv(rows, separator)), zipfile.ZIP_DEFLATED, 6)
        yield sink.take()
    yield sink.take()


def files_of(store: Store, place: Place, reel: Reel) -> Iterator[tuple[str, Found]]:
    """Yield the kept files of a reel that are there, each with its name in the package."""
    for kind, file in store.archive.files(reel.id or 0).items():
        found = place.find(reel.id or 0, file.name)
        if found is not None:
            yield f"{safe_name(reel)}{ENDINGS[kind]}{PurePath(file.name).suffix}", found


def safe_name(reel: Reel) -> str:
    """Return a file name that every system takes and no other reel has: the id, then the title."""
    return f"{reel.id:06d} {safe_text(reel.title)}".strip()


def safe_text(text: str) -> str:
    """Return what of a text can stand in a file name."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:LONGEST_NAME].strip()


def _packed(package: zipfile.ZipFile, sink: _Sink, name: str, found: Found) -> Iterator[bytes]:
    with package.open(name, "w", force_zip64=True) as target:
        for chunk in found.chunks():
            target.write(chunk)
            yield sink.take()
    at = found.at.astimezone()
    package.getinfo(name).date_time = (at.year, at.month, at.day, at.hour, at.minute, at.second)


class _Sink(io.RawIOBase):
    """Take what is written and hand it on; it cannot be wound back, so nothing has to be kept."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._chunks.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what has come since the last time."""
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken
