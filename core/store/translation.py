"""Put the store's SQL into PostgreSQL's words: pure. One rule for each difference that SQL itself does not bridge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""
      (?P<text>'(?:[^']|'')*')
    | /\*postgres:(?P<added>.*?)\*/
    | /\*held:(?P<held>.*?)\*/
    | (?P<index>\sINDEXED\ BY\ \w+)         # PostgreSQL's planner chooses by itself
    | (?P<same>\bIS\ (?=\?|:\w))            # SQLite's IS compares NULLs, too
    | (?P<numbers>\bjson_each\()            # an array of ids as JSON
    | (?P<join>\bCROSS\ JOIN\ (?=\w+\ ON))  # SQLite's way to fix an order
    | (?P<words>\b(?P<table>\w+_text)\ MATCH\ (?P<asked>\?|:\w+))
    | (?P<rowid>\browid\b)
    | (?P<clock>:clock\b)
    | (?<!:):(?P<name>[a-z_]\w*)
    | (?P<place>\?)
    | (?P<percent>%)
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=2000)
def to_postgres(sql: str, *, held: bool = False, own_clock: bool = True) -> str:
    """Return a statement with psycopg's placeholders.

    `held` says that it runs inside a transaction: what it reads to decide is locked. With `own_clock`, `:clock` is the
    database's clock, by which leases run out.
    """

    def put(match: re.Match[str]) -> str:
        found = match.groupdict()
        if found["words"] is not None:
            return f"{found['table']}.words @@ sought({_placeholder(found['asked'])})"
        if found["name"] is not None:
            return _placeholder(f":{found['name']}")
        if found["held"] is not None:
            return found["held"] if held else ""
        if found["clock"] is not None:
            return "clock_ms()" if own_clock else "%(clock)s"
        if found["text"] is not None:
            return found["text"].replace("%", "%%")
        return found["added"] or _PLAIN[match.lastgroup or ""]

    return _TOKEN.sub(put, sql)


_PLAIN: Final[Mapping[str, str]] = {
    "index": "",
    "same": "IS NOT DISTINCT FROM ",
    "numbers": "numbers_in(",
    "join": "JOIN ",
    "rowid": "id",
    "place": "%s",
    "percent": "%%",
}


def _placeholder(asked: str) -> str:
    return "%s" if asked == "?" else f"%({asked[1:]})s"


def to_value(value: Any) -> Any:
    """Return what PostgreSQL stores for a value: no NUL is possible in its text, and flags are numbers here."""
    if isinstance(value, str):
        return str(value).replace("\x00", "␀")
    return int(value) if isinstance(value, bool) else value
