"""Read a scenario's table strictly: an unknown key or a value out of range is named, with what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from fake_heygen.fate import RenderTime
from fake_heygen.scenario import Match, Rule, Scenario, ScenarioError, load
from fake_heygen.vocabulary import VocabularyError, read_duration, read_effects

Table = Mapping[str, object]

STYLES = ("both", "v3", "plain")
TEXTS = ("name", "description", "sound_client")
NUMBERS = ("wallet", "price_per_s", "retry_first_s", "retry_factor", "retry_for_s")
SWITCHES = ("event_id_in_body", "probe")
KNOWN = (*TEXTS, *NUMBERS, *SWITCHES, "concurrency", "retry_after_s", "seed", "signature_headers", "render", "rule")


def load_scenario(name_or_file: str) -> Scenario:
    """Return a bundled scenario by name, or the one in a TOML file."""
    return read_scenario(load(name_or_file))


def read_scenario(table: Table) -> Scenario:
    """Make a scenario of a table."""
    _refuse_unknown(table, KNOWN, "a scenario")
    values: dict[str, object] = {key: _text(table, key) for key in TEXTS if key in table}
    values |= {key: _number(table, key, 0.0) for key in NUMBERS if key in table}
    values |= {key: _switch(table, key) for key in SWITCHES if key in table}
    values |= _whole_numbers(table)
    if "signature_headers" in table:
        values["signature_headers"] = _style(table["signature_headers"])
    if "render" in table:
        values["render"] = _render(table["render"])
    values["rules"] = tuple(_rule(item) for item in _list(table.get("rule", [])))
    values.setdefault("name", "custom")
    return Scenario(**values)  # type: ignore[arg-type]  # every value was checked against its key above


def _whole_numbers(table: Table) -> dict[str, object]:
    values: dict[str, object] = {}
    if "concurrency" in table:
        values["concurrency"] = _integer(table, "concurrency", 1)
    if "seed" in table:
        values["seed"] = _integer(table, "seed", 0)
    if "retry_after_s" in table:
        values["retry_after_s"] = _integer(table, "retry_after_s", 0) or None
    return values


def _render(value: object) -> RenderTime:
    table = _table(value, "render")
    _refuse_unknown(table, ("median", "sigma", "low", "high"), "render")
    times = {f"{key}_s": _duration(table[key]) for key in ("median", "low", "high") if key in table}
    sigma = _number(table, "sigma", 0.0) if "sigma" in table else 0.35
    if "median_s" not in times and not {"low_s", "high_s"} <= times.keys():
        raise ScenarioError("render needs median (and sigma), or low and high")
    return RenderTime(sigma=sigma, **times)


def _rule(value: object) -> Rule:
    table = _table(value, "rule")
    _refuse_unknown(table, ("match", "fate"), "a rule")
    try:
        fate = read_effects(_table(table.get("fate", {}), "fate"))
    except VocabularyError as error:
        raise ScenarioError(f"fate: {error}") from error
    return Rule(match=_match(_table(table.get("match", {}), "match")), fate=fate)


def _match(table: Table) -> Match:
    _refuse_unknown(table, ("title", "script", "avatar", "nth", "every", "share"), "match")
    values: dict[str, object] = {k: _text(table, k) for k in ("title", "script", "avatar") if k in table}
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


def _style(value: object) -> str:
    if value not in STYLES:
        raise ScenarioError(f"signature_headers must be one of {', '.join(STYLES)}, got {value!r}")
    return str(value)


def _duration(value: object) -> float:
    try:
        return read_duration(str(value))
    except VocabularyError as error:
        raise ScenarioError(f"render: {error}") from error


def _table(value: object, where: str) -> Table:
    if not isinstance(value, dict):
        raise ScenarioError(f"{where} must be a table, got {value!r}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ScenarioError(f"rule must be a list of tables, got {value!r}")
    return value
