"""Print what the product itself needs, a requirement a line, held to the versions that were tested."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

EXTRAS: Final = ("postgres", "celery")


def requirements(project: dict[str, Any]) -> list[str]:
    """Return the dependencies, with those of the extras that many hosts need, where the project has them."""
    optional = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(line for extra in EXTRAS for line in optional.get(extra, ()))]


def lines(folder: Path) -> list[str]:
    """Return a requirements file: the pinned files of a folder as constraints, then what its project needs."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return [*(f"-c {path.name}" for path in sorted(folder.glob("requirements*.txt"))), *requirements(project)]


if __name__ == "__main__":
    print("\n".join(lines(Path())))  # noqa: T201
