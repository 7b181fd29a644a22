"""Hold a campaign that is being written, take in what is edited, and turn it into text and back; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from core.campaign_rows import COLUMNS, Common, Row
from core.sheet import MOST_ROWS

DRAFT_KEY: Final = re.compile(r"campaign-[0-9a-f]{32}")
USED: Final = " used"  # no column of a file begins with a space
AT_FIRST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """Hold a campaign before it is submitted: its name, what counts for all rows, and the rows."""

    key: str
    name: str = ""
    common: Common = Common()  # noqa: RUF009  # it is frozen
    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the rows: the fields of a reel, then the variables."""
        return (*COLUMNS, *self.variables)

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing has been written yet."""
        return not self.name.strip() and not self.common.script.strip() and all(row.is_blank for row in self.rows)

    def with_table(self, variables: Sequence[str], rows: Sequence[Row]) -> CampaignDraft:
        """Return the draft with another table."""
        return replace(self, variables=tuple(variables), rows=tuple(rows))

    def with_empty_rows(self, n: int) -> CampaignDraft:
        """Return the draft with so many more empty rows, up to what a campaign can have."""
        last = max((row.number for row in self.rows), default=1)
        free = max(0, min(n, MOST_ROWS - len(self.rows)))
        return replace(self, rows=(*self.rows, *(Row(number=last + 1 + k, cells={}) for k in range(free))))

    def with_variable(self, name: str) -> CampaignDraft:
        """Return the draft with a column more."""
        return self if name in self.columns else replace(self, variables=(*self.variables, name))

    def edited(self, places: Sequence[int], edits: Mapping[int, Mapping[str, Any]]) -> CampaignDraft:
        """Return the draft after edits of the shown rows; `places` says which row of the draft each of them is."""
        rows = list(self.rows)
        for shown, changes in edits.items():
            if shown < len(places):
                rows[places[shown]] = _changed(rows[places[shown]], changes)
        return replace(self, rows=tuple(rows))

    def without(self, numbers: frozenset[int]) -> CampaignDraft:
        """Return the draft with the rows of these numbers left out."""
        return replace(
            self, rows=tuple(replace(row, left_out=True) if row.number in numbers else row for row in self.rows)
        )


def _changed(row: Row, changes: Mapping[str, Any]) -> Row:
    cells = {name: "" if value is None else str(value) for name, value in changes.items() if name != USED}
    left_out = not changes[USED] if USED in changes else row.left_out
    return replace(row, cells={**row.cells, **cells}, left_out=left_out, beyond=row.beyond and not cells)


def to_text(draft: CampaignDraft) -> str:
    """Return a draft as text."""
    return json.dumps(asdict(draft), ensure_ascii=False)


def from_text(text: str) -> CampaignDraft:
    """Return the draft that a text holds."""
    data = json.loads(text)
    return CampaignDraft(
        key=data["key"],
        name=data["name"],
        common=Common(**data["common"]),
        variables=tuple(data["variables"]),
        rows=tuple(Row(**row) for row in data["rows"]),
    )
