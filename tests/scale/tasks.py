"""The product's Celery with the torture's hurry and trouble: short leases, and answers of HeyGen's that get lost.

`celery -A tests.scale.tasks worker`; SCALE_TROUBLE is the seed of the trouble, none without it.
"""

from __future__ import annotations

import os

from core.tasks import app
from tests.torture.deaths import Reaper
from tests.torture.runner import hurry

__all__ = ["app"]

LEASE_S = 6.0  # longer than the slowest answer that is waited for, as in production
trouble = os.environ.get("SCALE_TROUBLE")
hurry(Reaper(None, 0.0), int(trouble) if trouble else None, LEASE_S)
