"""Move a product to another database: refused while it runs, resumed where it was interrupted, proven at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.errors import Refused
from core.heartbeat import ALIVE_S, age_s, queue_ages_s
from core.store import Copied, Store


def relocate(source: Store, target: Store, now: datetime, told: Callable[[str, int], None]) -> list[Copied]:
    """Copy everything and return what both sides hold; raises Refused while its worker runs, StoreError."""
    if source.address == target.address:
        raise Refused("Source and target are the same database: name two.")
    if not source.is_there:
        raise Refused("There is no database {address} to copy.", address=source.address)
    ages_s = (age_s(source, now), *queue_ages_s(source, now).values())
    if any(age is not None and age < ALIVE_S for age in ages_s):
        raise Refused("The product runs on {address}: stop it, and copy then.", address=source.address)
    return source.copy_to(target, told)


def where_files_are(source: Store, target: Store) -> str:
    """Return one sentence on the files that stand beside the database."""
    if source.path.absolute() == target.path.absolute():
        return f"Kept files and signing secrets stay where they are, in {source.path.parent}."
    return (
        f"Kept files and signing secrets are not in a database: bring what stands in {source.path.parent} to "
        f"{target.path.parent}, or set DATA_FOLDER; what ARCHIVE_URL names stays where it is."
    )
