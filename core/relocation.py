"""Move a product to another database: refused while it runs, resumed where it was interrupted, proven at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.errors import Refused
from core.store import Copied, Store
from core.worker import ALIVE_S, HEARTBEAT


def relocate(source: Store, target: Store, now: datetime, told: Callable[[str, int], None]) -> list[Copied]:
    """Copy everything and return what both sides hold; raises Refused while its worker runs, StoreError."""
    if source.address == target.address:
        raise Refused("Source and target are the same database: name two.")
    if not source.is_there:
        raise Refused("There is no database {address} to copy.", address=source.address)
    beat = source.facts.set_at(HEARTBEAT)
    if beat is not None and (now - beat).total_seconds() < ALIVE_S:
        raise Refused("The product runs on {address}: stop it, and copy then.", address=source.address)
    return source.copy_to(target, told)


def where_files_are(source: Store, target: Store) -> str:
    """Return one sentence on the files that stand beside the database."""
    if source.path.absolute() == target.path.absolute():
        return f"Kept files and signing secrets stay where they are, in {source.path.parent}."
    return (
        f"Kept files and signing secrets are not in a database: bring what stands in {source.path.parent} to "
        f"{target.path.parent}, or set DATA_FOLDER."
    )
