"""Make reels of the rows of a table: fill in variables, resolve names, and say what is wrong with each row; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from core.catalogue import Avatar, Catalogue, Voice
from core.config import NEEDS_URL
from core.errors import InvalidReel, WrongSheet
from core.models import ProcessingMode, Reel
from core.sheet import Sheet
from core.spelling import field_of, fold, mode_of, names_account, ratio_of
from core.validation import check_reel

COLUMNS: Final = ("title", "script", "avatar", "voice", "aspect_ratio", "mode")
VARIABLE: Final = re.compile(r"\{\{([^{}]*)\}\}")
BRACES: Final = re.compile(r"\{\{|\}\}")
EXAMPLE: Final = "{{nombre}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one row: its number in the file, its cells by column, and whether it is left out on purpose.

    A column is one of COLUMNS or a variable under the name that it has in the file; `beyond` are cells without one.
    """

    number: int
    cells: Mapping[str, str]
    left_out: bool = False
    beyond: bool = False

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """Hold what counts for every row that says nothing else."""

    script: str = ""
    avatar_id: str = ""
    voice_id: str = ""
    aspect_ratio: str = "9:16"
    options: Mapping[str, Any] = field(default_factory=dict)
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brands:
    """Hold what several accounts have on offer; `choose` returns the one that is meant, or raises InvalidReel."""

    choose: Callable[[str], str]
    offers: Mapping[str, Catalogue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Hold a row with the reel that it asks for, or with what is wrong."""

    row: Row
    reel: Reel | None = None
    problem: InvalidReel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Hold what may be written for an avatar or a voice: an id, or a name that is no other's."""

    ids: frozenset[str] = frozenset()
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)

    def find(self, written: str) -> tuple[str, ...]:
        """Return the ids that may be meant; anything is taken for an id while nothing is known to be on offer."""
        return (written,) if written in self.ids or not self.ids else self.by_name.get(fold(written), ())

    def nearest(self, written: str) -> str:
        """Return the name that is spelled most alike, or nothing."""
        return self.spelled.get(next(iter(get_close_matches(fold(written), self.spelled, 1)), ""), "")


Cast: TypeAlias = tuple[Names, Names]


def rows_of(sheet: Sheet) -> tuple[tuple[str, ...], list[Row]]:
    """Return the variables of a table, as they are written in its head, and its rows; raises WrongSheet."""
    columns = [field_of(name) or name.strip() for name in sheet.head]
    _check_head(sheet, columns)
    rows = [
        Row(
            number=line.number,
            cells={name: cell for name, cell in zip(columns, line.cells, strict=False) if name},
            beyond=len(line.cells) > len(columns),
        )
        for line in sheet.lines
    ]
    return tuple(name for name in columns if name and name not in COLUMNS), rows


def _check_head(sheet: Sheet, columns: Sequence[str]) -> None:
    for place, name in enumerate(columns):
        if not name and any(len(line.cells) > place and line.cells[place] for line in sheet.lines):
            raise WrongSheet(
                "Column {place} has no name: the first row of the table names the columns.", place=place + 1
            )
    for folded, n in Counter(fold(name) for name in columns if name).items():
        if n > 1:
            twice = " / ".join(name for name, column in zip(sheet.head, columns, strict=True) if fold(column) == folded)
            raise WrongSheet("Two columns mean the same ({names}): keep one of them.", names=twice)


def variables_of(script: str) -> list[str]:
    """Return the names in double braces, as they are written, each once."""
    return list(dict.fromkeys(name.strip() for name in VARIABLE.findall(script)))


def check_rows(
    rows: Iterable[Row], common: Common, offer: Catalogue, *, has_url: bool = True, brands: Brands | None = None
) -> list[Checked]:
    """Return each row that is not blank with its reel or with what is wrong; one that is left out has neither.

    Where there are several accounts, `brands` tells of them, and a column may name the account of each row.
    """
    offers = {"": offer} if brands is None else brands.offers
    casts = {name: (names_of(each.avatars), names_of(each.voices)) for name, each in offers.items()}
    checked = []
    for row in rows:
        if row.left_out:
            checked.append(Checked(row=row))
        elif not row.is_blank:
            checked.append(_checked(row, common, casts, brands, has_url=has_url))
    return checked


def _checked(row: Row, common: Common, casts: Mapping[str, Cast], brands: Brands | None, *, has_url: bool) -> Checked:
    try:
        if brands is None:
            reel = _reel(row, common, *casts[""])
        else:
            account = brands.choose(_account(row) or common.account)
            reel = replace(_reel(row, _for(account, common, casts[account]), *casts[account]), account=account)
        if reel.mode is ProcessingMode.WEBHOOK and not has_url:
            raise InvalidReel(NEEDS_URL, about="mode")
        check_reel(reel)
    except InvalidReel as error:
        return Checked(row=row, problem=error)
    return Checked(row=row, reel=reel)


def _account(row: Row) -> str:
    """Return what stands in the column for the account, nothing where there is none."""
    return next((cell.strip() for name, cell in row.cells.items() if names_account(name) and cell.strip()), "")


def _for(account: str, common: Common, cast: Cast) -> Common:
    """Return what counts for a row of an account: avatars and voices that another one has are not its own."""
    if account == common.account:
        return common
    avatars, voices = cast
    avatar_id = common.avatar_id if common.avatar_id in avatars.ids else ""
    return replace(common, avatar_id=avatar_id, voice_id=common.voice_id if common.voice_id in voices.ids else "")


def _reel(row: Row, common: Common, avatars: Names, voices: Names) -> Reel:
    if row.beyond:
        raise InvalidReel("There are more cells than columns: put text that holds a comma into quotes.")
    cells = {name: cell.strip() for name, cell in row.cells.items()}
    avatar, voice = cells.get("avatar", ""), cells.get("voice", "")
    return Reel(
        title=fill(cells.get("title", ""), cells, about="title"),
        script=fill(cells.get("script") or common.script, cells),
        avatar_id=_avatar(avatar, avatars) if avatar else common.avatar_id,
        voice_id=_voice(voice, voices) if voice else common.voice_id,
        aspect_ratio=ratio_of(cells.get("aspect_ratio", "")) or common.aspect_ratio,
        mode=_mode(cells.get("mode", "")),
        options=common.options,
    )


def fill(text: str, cells: Mapping[str, str], *, about: str = "script") -> str:
    """Put a row's cells in place of the {{variables}} of a text; raises InvalidReel."""
    if "{{" not in text and "}}" not in text:
        return text
    known = {fold(name): cell for name, cell in cells.items()}
    known |= {fold(name): cells.get(name, "") for name in COLUMNS if name != about}
    if BRACES.search(VARIABLE.sub("", text)):
        raise InvalidReel("A variable is not closed: write it as {example}.", about=about, example=EXAMPLE)

    def value(found: re.Match[str]) -> str:
        name = field_of(found[1]) or fold(found[1])
        if name not in known:
            raise InvalidReel("There is no column for {variable}.", about=about, variable=found[0])
        if not known[name]:
            raise InvalidReel("This row has no value for {variable}.", about=about, variable=found[0])
        return known[name]

    return VARIABLE.sub(value, text)


def _mode(written: str) -> ProcessingMode | None:
    mode = mode_of(written) if written else None
    if written and mode is None:
        raise InvalidReel(
            "The mode {value} is not known; choose one of {allowed}.",
            about="mode",
            value=repr(written),
            allowed=", ".join(ProcessingMode),
        )
    return mode


def names_of(offer: Iterable[Avatar | Voice]) -> Names:
    """Return what may be written for what is on offer."""
    by_name: dict[str, tuple[str, ...]] = {}
    spelled: dict[str, str] = {}
    for one in offer:
        name = fold(one.name)
        by_name[name] = (*by_name.get(name, ()), one.id)
        spelled[name] = one.name
    ids = frozenset(one_id for same in by_name.values() for one_id in same)
    return Names(ids=ids, by_name=by_name, spelled=spelled)


def _avatar(written: str, names: Names) -> str:
    found = names.find(written)
    if len(found) > 1:
        raise InvalidReel(
            "{n} avatars are called {value}: write the id of one.", about="avatar", n=len(found), value=written
        )
    if not found and (nearest := names.nearest(written)):
        raise InvalidReel(
            "There is no avatar {value}; did you mean {nearest}?", about="avatar", value=written, nearest=nearest
        )
    if not found:
        raise InvalidReel(
            "There is no avatar {value}: write its name or id, or leave the cell empty.", about="avatar", value=written
        )
    return found[0]


def _voice(written: str, names: Names) -> str:
    found = names.find(written)
    if len(found) > 1:
        raise InvalidReel(
            "{n} voices are called {value}: write the id of one.", about="voice", n=len(found), value=written
        )
    if not found and (nearest := names.nearest(written)):
        raise InvalidReel(
            "There is no voice {value}; did you mean {nearest}?", about="voice", value=written, nearest=nearest
        )
    if not found:
        raise InvalidReel(
            "There is no voice {value}: write its name or id, or leave the cell empty.", about="voice", value=written
        )
    return found[0]
