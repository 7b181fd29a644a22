from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from apprise.utils.parse import parse_urls

from core import values
from core.errors import SettingsError
from core.targets import open_targets, without_secrets

ROOT = Path(__file__).resolve().parents[3]
SECRETS = (
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "mailtos://ana:geheim99@example.com?to=luis@example.com",
    "jsons://example.com/path-that-is-geheim99?+X-Token=geheim99",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV",
    "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "ntfy://topicgeheim99",
    "workflows://host.example.com:443/wfgeheim99/signaturegeheim99",
)


# Addresses


@pytest.mark.parametrize(
    "value",
    [
        "json://a, json://b",
        "json://a json://b;json://c",
        "json://a\njson://b",
        "json://a,,;json://b",
        "mailto://u:p@h?to=a@x.com,b@x.com, slack://a/b/c",
        "JSON://A?x=1;2 json://b",
    ],
)
def test_addresses_are_parted_as_apprise_does(value: str) -> None:
    assert list(values.targets(value)) == parse_urls(value)


def test_a_comma_at_the_end_belongs_to_no_address() -> None:
    assert values.targets(" json://a, \n") == ("json://a",)


@pytest.mark.parametrize(
    ("value", "number"), [("geheim99", 1), ("json://a geheim99", 1), ("json://a?x=y\ngeheim99", 1)]
)
def test_what_is_no_address_is_refused_by_its_place(value: str, number: int) -> None:
    with pytest.raises(SettingsError, match=rf"^NOTIFY_URLS: entry {number} ") as caught:
        values.targets(value)
    assert "geheim99" not in str(caught.value)


def test_an_address_that_apprise_does_not_accept_is_refused_by_its_place() -> None:
    with pytest.raises(SettingsError, match=r"^NOTIFY_URLS: entry 2 \(slak://…\)") as caught:
        open_targets(("json://a.test", "slak://geheim99"))
    assert "geheim99" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_is_named_without_its_secrets() -> None:
    targets = open_targets(SECRETS)
    assert [target.name for target in targets] == [
        "1. Slack (slack://T...2)",
        "2. E-Mail (mailtos://example.com)",
        "3. JSON (jsons://example.com)",
        "4. Discord (discord://4...8)",
        "5. Telegram (tgram://1...p)",
        "6. ntfy (ntfys://t…)",
        "7. Power Automate / Workflows (for MSTeams) (workflow://host.example.com:443)",
    ]
    assert "geheim99" not in repr(targets)


def test_a_target_keeps_its_key_and_no_two_share_one() -> None:
    keys = [target.key for target in open_targets(SECRETS)]
    assert len(set(keys)) == len(SECRETS)
    open_targets.cache_clear()
    assert [target.key for target in open_targets(SECRETS)] == keys


def test_without_targets_apprise_is_not_imported() -> None:
    code = "import sys, core.__main__, core.runtime; core.runtime.open_targets(()); sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_words_about_a_target_lose_every_part_of_its_address() -> None:
    (target,) = open_targets(("json://ana:ge%20heim99@example.com/pfad-teil",))
    text = without_secrets("To https://ana:GE heim99@example.com/pfad-teil,\n heim99", target)
    assert text == "To https://ana:GE ***@example.com/***-***, ***"
