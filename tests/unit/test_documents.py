"""Hold the documents to the code: every setting, word and fault is told, and nothing is told that is not there."""

from __future__ import annotations

import argparse
import ast
import re
from functools import cache
from pathlib import Path

import pytest
from dotenv import dotenv_values

from core.__main__ import _parser
from core.config import Settings
from fake_heygen.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]


@cache
def read(name: str) -> str:
    path = ROOT / name
    assert path.exists(), f"{name} is still to be written"
    return path.read_text()


def documents() -> str:
    """Return the README and everything under docs."""
    return "\n".join([read("README.md"), *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))])


def first_cells(heading: str) -> list[str]:
    """Return the code words that begin the rows of the tables below a heading of the README."""
    _, found, rest = read("README.md").partition(f"\n## {heading}\n")
    assert found, f"README.md has no heading {heading!r}"
    section = rest.partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)`", section, re.M)


# Settings


@cache
def settings_read() -> frozenset[str]:
    """Return the names that core/config.py asks the environment for."""
    names = {
        node.args[0].value
        for node in ast.walk(ast.parse(read("core/config.py")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"text", "listed", "choice", "parsed", "secret", "key"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(names) >= 12
    return frozenset(map(str, names))


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    told = first_cells("Settings")
    assert len(told) == len(set(told))
    assert set(told) == settings_read()


def test_every_setting_is_in_the_example_file_and_no_other() -> None:
    assert read(".env.example")
    assert set(dotenv_values(ROOT / ".env.example")) == settings_read()


def test_the_example_file_changes_nothing() -> None:
    example = {key: value or "" for key, value in dotenv_values(ROOT / ".env.example").items()}
    assert Settings.from_env(example) == Settings.from_env({})


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("HEYGEN_API_BASE_URL", "api_base_url"),
        ("APP_ENV", "app_env"),
        ("DATABASE_URL", "database_url"),
        ("HEYGEN_MAX_CONCURRENT", "max_concurrent"),
        ("HEYGEN_DEADLINE_S", "deadline_s"),
    ],
)
def test_the_readme_tells_the_true_default(name: str, field: str) -> None:
    row = re.search(rf"^\| `{name}` \| ([^|]+) \|", read("README.md"), re.M)
    assert row is not None
    told, true = row[1].strip().strip("`"), getattr(Settings.from_env({}), field)
    assert told == (f"{true:g}" if isinstance(true, float) else str(true))


# Words


def command_words() -> set[str]:
    """Return the words of the command line."""
    [words] = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return set(words.choices)


def test_every_word_of_the_command_line_is_in_the_readme_and_no_other() -> None:
    assert {cell.split()[0] for cell in first_cells("Command line")} == command_words()


def test_every_option_of_submit_is_in_the_readme() -> None:
    [words] = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
    for action in words.choices["submit"]._actions:
        for option in action.option_strings:
            assert (
                option in {"-h", "--help"}
                or f"`{option}" in read("README.md")
                or option in " ".join(first_cells("Command line"))
            ), option


def test_every_word_of_the_makefile_is_in_the_readme_and_no_other() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.M)
    assert phony is not None
    words = set(phony[1].split())
    assert set(re.findall(r"^([a-z]+):", read("Makefile"), re.M)) == words
    told = set(re.findall(r"^\| `make ([a-z]+)` \|", read("README.md"), re.M))
    assert told == words


def test_the_readme_links_only_to_files_that_exist() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", read("README.md")):
        assert (ROOT / target).exists(), f"README.md points to {target}, which does not exist"


def test_every_address_of_the_receiver_and_the_status_is_told() -> None:
    for address in ("/webhooks/heygen", "/healthz", "/metrics"):
        assert address in read("README.md")


# The fake


def test_every_magic_word_of_the_fake_is_told() -> None:
    missing = [grammar for grammar in sorted({fault.grammar for fault in FAULTS}) if f"`{grammar}`" not in documents()]
    assert missing == [], "tell these, as they are written here, in README.md or in docs/*.md"


def test_every_scenario_of_the_fake_is_told() -> None:
    names = sorted(path.stem for path in (ROOT / "fake_heygen/scenarios").glob("*.toml"))
    missing = [name for name in names if f"`{name}`" not in documents()]
    assert missing == [], "tell these in README.md or in docs/*.md"
