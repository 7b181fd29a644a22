"""Tell whether a downloaded file is what it should be, from its bytes: pure reading, nothing is decoded."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final

WEBM: Final = b"\x1a\x45\xdf\xa3"
PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
SUBTITLES_LIMIT: Final = 4 * 1024 * 1024


def is_video(path: Path) -> bool:
    """Tell whether a file is a whole MP4 (its boxes fill it, with index and data) or starts as a WebM."""
    with path.open("rb") as file:
        if file.read(4) == WEBM:
            return True
        file.seek(0)
        return _is_whole_mp4(file, path.stat().st_size)


def _is_whole_mp4(file: BinaryIO, size: int) -> bool:
    """Walk the top-level boxes (ISO/IEC 14496-12, 4.2); a truncated file ends inside one."""
    found: set[bytes] = set()
    at = 0
    while at < size:
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return False
        length, kind = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:
            length = struct.unpack(">Q", header[8:])[0]
        elif length == 0:
            length = size - at
        if length < 8 or at + length > size or (at == 0 and kind != b"ftyp"):
            return False
        found.add(kind)
        at += length
    return {b"ftyp", b"moov", b"mdat"} <= found


def is_picture(path: Path) -> bool:
    """Tell whether a file starts as a JPEG, PNG or WebP."""
    with path.open("rb") as file:
        return file.read(8).startswith(PICTURES)


def is_subtitles(path: Path) -> bool:
    """Tell whether a file is text with at least one SubRip timing line."""
    if path.stat().st_size > SUBTITLES_LIMIT:
        return False
    try:
        return "-->" in path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
