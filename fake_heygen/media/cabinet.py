"""A cabinet of made files: each is made once, by one worker thread, and the least used make room for new ones."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LARGEST_BYTES = 512 * 1024 * 1024

Maker = Callable[[Path], None]


class Cabinet:
    """Keep files on disk by name, for as many processes as like to."""

    def __init__(self, folder: Path | None = None, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._folder = folder or default_folder()
        self._largest_bytes = largest_bytes
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="media")
        self._making: dict[str, asyncio.Future[Path]] = {}

    async def get(self, name: str, make: Maker) -> Path:
        """Return the file of a name, made by `make` when it is not there; two that ask at once get one."""
        path = self._folder / name
        if path.is_file():
            os.utime(path)
            return path
        if name not in self._making:
            loop = asyncio.get_running_loop()
            self._making[name] = loop.run_in_executor(self._worker, self._make, path, make)
            self._making[name].add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(self._making[name])

    def close(self) -> None:
        """Begin no further file."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _make(self, path: Path, make: Maker) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{os.getpid()}-{path.name}")
        try:
            make(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        self._make_room(path)
        return path

    def _make_room(self, newest: Path) -> None:
        files = sorted(self._folder.iterdir(), key=_last_used)
        total = sum(_size(file) for file in files)
        for file in files:
            if total <= self._largest_bytes:
                return
            if file != newest:
                total -= _size(file)
                file.unlink(missing_ok=True)


def default_folder() -> Path:
    """Return the folder of this user among the temporary files."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return Path(tempfile.gettempdir()) / f"fake-heygen-{user}"


def _last_used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
