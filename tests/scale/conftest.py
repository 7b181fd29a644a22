"""Leave out what needs the driver of PostgreSQL, an extra, where it is not installed."""

from __future__ import annotations

import os
from importlib.util import find_spec

collect_ignore = [] if find_spec("psycopg") or os.environ.get("CI") else ["test_mayhem.py"]
