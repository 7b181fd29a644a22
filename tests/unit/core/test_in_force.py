from __future__ import annotations

from pathlib import Path

import pytest

from core.config import Origin, Settings, names
from core.in_force import InForce, Source, settings_in_force, without_password
from core.product import open_product
from core.secret_file import SecretFile
from tests.factories import NOW
from tests.unit.test_documents import settings_read

SECRETS = ("sk_verysecret", "whsec_one", "hunter2")


def in_force(**environ: str) -> dict[str, InForce]:
    product = open_product(Settings.from_env(environ or None))
    found = {row.name: row for row in settings_in_force(product)}
    product.client.close()
    product.store.close()
    return found


def test_every_setting_that_is_read_is_told(bare_environment: Path) -> None:
    assert set(names()) == settings_read()
    assert set(in_force()) == settings_read()


def test_each_origin_is_a_source() -> None:
    assert {str(origin) for origin in Origin} <= {str(source) for source in Source}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare_environment / ".env").write_text("HEYGEN_MAX_CONCURRENT=4\nHEYGEN_DEADLINE_S=60\nHEYGEN_PRICE_PER_S=1\n")
    monkeypatch.setenv("HEYGEN_DEADLINE_S", "90")
    monkeypatch.setenv("HEYGEN_PRICE_PER_S", " ")
    found = in_force()
    shown = {name: (found[name].value, found[name].source) for name in found}
    assert shown["HEYGEN_MAX_CONCURRENT"] == ("4", Source.FILE)
    assert shown["HEYGEN_DEADLINE_S"] == ("90", Source.ENVIRONMENT)
    assert shown["HEYGEN_PRICE_PER_S"] == ("0.0667", Source.DEFAULT)
    assert shown["PORT"] == ("8501", Source.DEFAULT)


def test_no_secret_is_shown(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "sk_verysecret")
    monkeypatch.setenv("HEYGEN_WEBHOOK_SECRET", "whsec_one,whsec_two")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://me:hunter2@broker:6379/0")
    found = in_force()
    assert found["HEYGEN_API_KEY"].value == "***"
    assert found["HEYGEN_WEBHOOK_SECRET"].value == "***, ***"
    assert found["CELERY_BROKER_URL"].value == "redis://me:***@broker:6379/0"
    assert not [secret for secret in SECRETS if secret in repr(found)]


def test_what_nobody_set_is_said_to_be_learned_or_by_the_profile(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    monkeypatch.setenv("APP_ENV", "staging")
    found = in_force()
    assert (found["HEYGEN_PROCESSING_MODE"].value, found["HEYGEN_PROCESSING_MODE"].source) == ("hybrid", Source.PROFILE)
    assert found["HEYGEN_FALLBACK_AFTER_S"].source is Source.LEARNED
    assert float(found["HEYGEN_FALLBACK_AFTER_S"].value) > 0
    assert (found["HEYGEN_POLL_INTERVAL_S"].value, found["HEYGEN_POLL_INTERVAL_S"].source) == ("", Source.LEARNED)
    assert found["HEYGEN_WEBHOOK_SECRET"].value == ""


def test_the_demo_chooses_address_mode_and_patience(bare_environment: Path) -> None:
    found = in_force()
    demo = {name: row.value for name, row in found.items() if row.source is Source.DEMO}
    assert demo == {
        "HEYGEN_API_BASE_URL": "http://127.0.0.1:8900",
        "HEYGEN_PROCESSING_MODE": "hybrid",
        "HEYGEN_WEBHOOK_BASE_URL": "http://127.0.0.1:8501",
        "HEYGEN_FALLBACK_AFTER_S": "45",
    }


def test_a_secret_that_registration_kept_is_told(bare_environment: Path) -> None:
    SecretFile(bare_environment / "data" / "reels.db").add("e1", "whsec_one", NOW)
    row = in_force()["HEYGEN_WEBHOOK_SECRET"]
    assert (row.value, row.source) == ("***", Source.REGISTERED)


def test_each_account_is_told_with_its_key_masked(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCOUNTS": "big-acme", "API_KEY_BIG_ACME": "key-of-acme", "MAX_CONCURRENT": "7"}.items():
        monkeypatch.setenv(f"HEYGEN_{name}", value)
    SecretFile(bare_environment / "data" / "reels.db").add("e1", "whsec_one", NOW, "big-acme")
    found = in_force()
    assert found["HEYGEN_ACCOUNTS"].value == "big-acme"
    assert found["HEYGEN_API_KEY_BIG_ACME"].value == "***"
    assert found["HEYGEN_API_KEY_BIG_ACME"].source is Source.ENVIRONMENT
    assert found["HEYGEN_MAX_CONCURRENT_BIG_ACME"].value == "7"
    secret = found["HEYGEN_WEBHOOK_SECRET_BIG_ACME"]
    assert (secret.value, secret.source) == ("***", Source.REGISTERED)
    assert found["HEYGEN_WEBHOOK_SECRET"].value == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sqlite:///data/reels.db", "sqlite:///data/reels.db"),
        ("postgresql://me:p%40ss@host:5432/db?x=1", "postgresql://me:***@host:5432/db?x=1"),
        ("redis://:p@host", "redis://:***@host"),
    ],
)
def test_a_password_in_an_address_is_masked(text: str, shown: str) -> None:
    assert without_password(text) == shown
