"""Find the programs that some tests need: without one a CI run fails, any other says what it does not test."""

from __future__ import annotations

import os
import shutil

from tests.support.untested import untested


def program(name: str, package: str) -> str:
    """Return where a program is; `package` is Debian's name for what brings it."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        untested(f"{name} was not found (Debian's package {package}), so a part of deploy/ was not tried.")
    return path
