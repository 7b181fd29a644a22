"""Read a scenario's table strictly: an unknown key or a value out of range is named, with what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from fake_heygen.fate import RenderTime
from fake_heygen.retry import SCHEDULES
from fake_heygen.scenario import Match, PlannedSpell, Rule, Scenario, ScenarioError, load
from fake_heygen.spell import KINDS
from fake_heygen.vocabulary import VocabularyError, read_duration, read_effects

Table = Mapping[str, object]

STYLES = ("both", "v3", "plain")
BILLING = ("wallet", "subscription", "usage_based")
TEXTS = ("name", "description", "sound_client")
NUMBERS = ("wallet", "price_per_s", "retry_first_s", "retry_factor", "retry_for_s")
SWITCHES = ("event_id_in_body", "probe", "strict")
WHOLE_NUMBERS = {
    "concurrency": 1,
    "seed": 0,
    "retry_after_s": 0,
    "disable_after": 1,
    "requests_per_minute": 1,
    "reels": 1,
}
CHOICES = {"signature_headers": STYLES, "retry_schedule": tuple(SCHEDULES), "billing_type": BILLING}
KNOWN = (*TEXTS, *NUMBERS, *SWITCHES, *WHOLE_NUMBERS, *CHOICES, "render", "troubles", "spell", "rule")
MATCHED_TEXTS = ("title", "script", "avatar", "callback")


def load_scenario(name_or_file: str) -> Scenario:
    """Return a bundled scenario by name, or the one in a TOML file."""
    return read_scenario(load(name_or_file))


def read_scenario(table: Table) -> Scenario:
    """Make a scenario of a table."""
    _refuse_unknown(table, KNOWN, "a scenario")
    values: dict[str, object] = {key: _text(table, key) for key in TEXTS if key in table}
    values |= {key: _number(table, key, 0.0) for key in NUMBERS if key in table}
    values |= {key: _switch(table, key) for key in SWITCHES if key in table}
    values |= {key: _integer(table, key, least) for key, least in WHOLE_NUMBERS.items() if key in table}
    values |= {key: _choice(table, key, allowed) for key, allowed in CHOICES.items() if key in table}
    if "retry_after_s" in values:
        values["retry_after_s"] = values["retry_after_s"] or None
    if "render" in table:
        values["render"] = _render(table["render"])
    values["troubles"] = tuple(_integer({"troubles": item}, "troubles", 1) for item in _list(table, "troubles"))
    values["spells"] = tuple(_spell(item) for item in _list(table, "spell"))
    values["rules"] = tuple(read_rule(item) for item in _list(table, "rule"))
    values.setdefault("name", "custom")
    return Scenario(**values)  # type: ignore[arg-type]  # every value was checked against its key above


def _render(value: object) -> RenderTime:
    table = _table(value, "render")
    _refuse_unknown(table, ("median", "sigma", "low", "high"), "render")
    times = {f"{key}_s": _duration(table[key]) for key in ("median", "low", "high") if key in table}
    sigma = _number(table, "sigma", 0.0) if "sigma" in table else 0.35
    if "median_s" not in times and not {"low_s", "high_s"} <= times.keys():
        raise ScenarioError("render needs median (and sigma), or low and high")
    return RenderTime(sigma=sigma, **times)


def _spell(value: object) -> PlannedSpell:
    table = _table(value, "spell")
    _refuse_unknown(table, ("kind", "from", "for"), "a spell")
    if "kind" not in table or "for" not in table:
        raise ScenarioError("a spell needs kind and for")
    return PlannedSpell(
        kind=_choice(table, "kind", KINDS),
        from_s=_duration(table.get("from", "0s")),
        for_s=_duration(table["for"]),
    )


def read_rule(value: object) -> Rule:
    """Make a rule of a table."""
    table = _table(value, "rule")
    _refuse_unknown(table, ("match", "fate"), "a rule")
    try:
        fate = read_effects(_table(table.get("fate", {}), "fate"))
    except VocabularyError as error:
        raise ScenarioError(f"fate: {error}") from error
    return Rule(match=_match(_table(table.get("match", {}), "match")), fate=fate)


def _match(table: Table) -> Match:
    _refuse_unknown(table, (*MATCHED_TEXTS, "nth", "every", "share"), "match")
    values: dict[str, object] = {key: _text(table, key) for key in MATCHED_TEXTS if key in table}
    if "nth" in table:
        wanted = table["nth"] if isinstance(table["nth"], list) else [table["nth"]]
        values["nth"] = tuple(_integer({"nth": item}, "nth", 1) for item in wanted)
    if "every" in table:
        values["every"] = _integer(table, "every", 1)
    if "share" in table:
        values["share"] = _number(table, "share", 0.0)
    return Match(**values)  # type: ignore[arg-type]  # every value was checked against its key above


def _refuse_unknown(table: Table, known: tuple[str, ...], where: str) -> None:
    if unknown := [key for key in table if key not in known]:
        raise ScenarioError(f"unknown key {unknown[0]!r} in {where}; known: {', '.join(known)}")


def _text(table: Table, key: str) -> str:
    if not isinstance(value := table[key], str):
        raise ScenarioError(f"{key} must be a text, got {value!r}")
    return value


def _number(table: Table, key: str, least: float) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < least:
        raise ScenarioError(f"{key} must be a number of {least:g} or more, got {value!r}")
    return float(value)


def _integer(table: Table, key: str, least: int) -> int:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ScenarioError(f"{key} must be a whole number of {least} or more, got {value!r}")
    return value


def _switch(table: Table, key: str) -> bool:
    if not isinstance(value := table[key], bool):
        raise ScenarioError(f"{key} must be true or false, got {value!r}")
    return value


def _choice(table: Table, key: str, allowed: tuple[str, ...]) -> str:
    value = table[key]
    if value not in allowed:
        raise ScenarioError(f"{key} must be one of {', '.join(allowed)}, got {value!r}")
    return str(value)


def _duration(value: object) -> float:
    try:
        return read_duration(str(value))
    except VocabularyError as error:
        raise ScenarioError(f"a time of it: {error}") from error


def _table(value: object, where: str) -> Table:
    if not isinstance(value, dict):
        raise ScenarioError(f"{where} must be a table, got {value!r}")
    return value


def _list(table: Table, key: str) -> list[object]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise ScenarioError(f"{key} must be a list of tables, got {value!r}")
    return value
