"""Lay out other releases than today's: tomorrow's, which adds to the database, and an earlier commit's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.support.programs import ROOT
from tests.support.untested import untested

NEXT: Final = "0999_tomorrow.sql"
# Everything that a release may add while the one before still runs, in words of both databases.
ADDS: Final = """
ALTER TABLE reel ADD COLUMN tomorrow TEXT;
ALTER TABLE reel ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;
ALTER TABLE delivery ADD COLUMN tomorrow TEXT;
ALTER TABLE timeline ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;
CREATE TABLE tomorrow (reel_id BIGINT NOT NULL REFERENCES reel (id), word TEXT NOT NULL);
CREATE INDEX reel_tomorrow ON reel (tomorrow, id) WHERE tomorrow IS NOT NULL;
INSERT INTO tomorrow (reel_id, word) SELECT id, title FROM reel;
"""


def todays_schema(dialect: str, folder: Path, adds: str = ADDS) -> Path:
    """Return a copy of `sqlite`'s or `postgres`' files with one more, which only tomorrow's release knows."""
    schema = folder / f"{dialect}-tomorrow"
    shutil.copytree(ROOT / "core" / "store" / "schema" / dialect, schema)
    (schema / NEXT).write_text(adds)
    return schema


def tomorrow(folder: Path) -> Path:
    """Lay out today's code with one migration more, in either dialect."""
    root = folder / "tomorrow"
    shutil.copytree(ROOT / "core", root / "core", ignore=shutil.ignore_patterns("__pycache__"))
    for schema in (root / "core" / "store" / "schema").iterdir():
        (schema / NEXT).write_text(ADDS)
    return root


def earlier(commit: str, folder: Path) -> Path:
    """Lay out the code of a commit; without the history a CI run fails, any other says what it does not test."""
    root, packed = folder / commit, folder / f"{commit}.tar"
    argv = ["git", "-C", str(ROOT), "archive", "--output", str(packed), commit, "core"]
    if shutil.which("git") is None or subprocess.run(argv, capture_output=True, check=False).returncode:
        untested(f"the release of {commit} beside today's, since this checkout has no history that goes so far back.")
    root.mkdir()
    subprocess.run(["tar", "-x", "-f", str(packed), "-C", str(root)], check=True)
    return root
