from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from core.config import Settings
from core.errors import SettingsError
from core.models import ProcessingMode

KEY = {"HEYGEN_API_KEY": "k-123"}
PUBLIC = {"HEYGEN_WEBHOOK_BASE_URL": "https://reels.test"}


def settings(**environ: str) -> Settings:
    return Settings.from_env(environ)


def test_an_empty_environment_is_the_demo() -> None:
    made = settings()
    assert made.demo
    assert made.api_key is None
    assert made.api_base_url == "https://api.heygen.com"
    assert made.processing_mode is ProcessingMode.HYBRID
    assert made.webhook_base_url is None
    assert made.webhook_secrets == ()
    assert made.app_env == "development"
    assert made.database_url == "sqlite:///data/reels.db"
    assert made.celery_broker_url is None
    assert made.max_concurrent == 10
    assert made.deadline_s == 172_800
    assert made.fallback_after_s == 45
    assert made.poll_interval_s is None


def test_with_a_key_the_fallback_is_learned() -> None:
    made = settings(**KEY)
    assert not made.demo
    assert made.fallback_after_s is None


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        (KEY, "polling"),
        (KEY | {"APP_ENV": "development"}, "polling"),
        (KEY | {"APP_ENV": "staging"}, "hybrid"),
        (KEY | PUBLIC | {"APP_ENV": "production"}, "webhook"),
        (KEY | {"APP_ENV": "production", "HEYGEN_PROCESSING_MODE": "polling"}, "polling"),
        (KEY | {"HEYGEN_PROCESSING_MODE": "hybrid"}, "hybrid"),
        ({"APP_ENV": "production"}, "hybrid"),
        ({"APP_ENV": "development"}, "hybrid"),
        ({"HEYGEN_PROCESSING_MODE": "polling"}, "polling"),
        ({"HEYGEN_PROCESSING_MODE": "webhook"}, "webhook"),
        ({"HEYGEN_API_KEY": "   ", "APP_ENV": "production"}, "hybrid"),
    ],
)
def test_the_mode_follows_the_environment_unless_it_is_named(environ: dict[str, str], mode: str) -> None:
    assert settings(**environ).processing_mode == mode


@pytest.mark.parametrize("environ", [{"HEYGEN_PROCESSING_MODE": "webhook"}, {"APP_ENV": "production"}])
def test_webhook_mode_without_an_address_stops_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="webhook_base_url requerido para modo webhook") as caught:
        settings(**KEY, **environ)
    assert "HEYGEN_WEBHOOK_BASE_URL" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("HEYGEN_API_BASE_URL", "http://10.0.0.7:8900/", "api_base_url", "http://10.0.0.7:8900"),
        ("HEYGEN_API_BASE_URL", "https://proxy.test/heygen", "api_base_url", "https://proxy.test/heygen"),
        ("HEYGEN_WEBHOOK_BASE_URL", "https://reels.test/", "webhook_base_url", "https://reels.test"),
        ("HEYGEN_WEBHOOK_BASE_URL", "http://localhost:8501", "webhook_base_url", "http://localhost:8501"),
        ("HEYGEN_WEBHOOK_BASE_URL", "http://127.0.0.1:8501", "webhook_base_url", "http://127.0.0.1:8501"),
        ("HEYGEN_WEBHOOK_BASE_URL", "http://[::1]:8501", "webhook_base_url", "http://[::1]:8501"),
        ("HEYGEN_WEBHOOK_SECRET", "whsec_a", "webhook_secrets", ("whsec_a",)),
        ("HEYGEN_WEBHOOK_SECRET", " whsec_a, whsec_b,, ", "webhook_secrets", ("whsec_a", "whsec_b")),
        ("DATABASE_URL", "sqlite:////var/lib/reels.db", "database_url", "sqlite:////var/lib/reels.db"),
        ("ARCHIVE_URL", "file:///srv/reels%20files/", "archive_url", "file:///srv/reels%20files"),
        ("ARCHIVE_URL", "s3://my-bucket", "archive_url", "s3://my-bucket"),
        ("ARCHIVE_URL", "s3://my.bucket/a/b_c-1/", "archive_url", "s3://my.bucket/a/b_c-1"),
        ("AWS_ENDPOINT_URL", "http://minio:9000/", "aws_endpoint_url", "http://minio:9000"),
        ("AWS_REGION", "eu-west-1", "aws_region", "eu-west-1"),
        ("CELERY_BROKER_URL", "redis://localhost:6379/0", "celery_broker_url", "redis://localhost:6379/0"),
        ("HEYGEN_MAX_CONCURRENT", "3", "max_concurrent", 3),
        ("HEYGEN_DEADLINE_S", "3600", "deadline_s", 3600.0),
        ("HEYGEN_FALLBACK_AFTER_S", "12.5", "fallback_after_s", 12.5),
        ("HEYGEN_POLL_INTERVAL_S", "7", "poll_interval_s", 7.0),
        ("HEYGEN_DEADLINE_S", "  60 ", "deadline_s", 60.0),
        ("DRAIN_S", "0", "drain_s", 0.0),
        ("DRAIN_S", "2.5", "drain_s", 2.5),
        ("PAGES_ALONE", "yes", "pages_alone", True),
    ],
)
def test_each_setting_is_read(name: str, value: str, field: str, read: object) -> None:
    assert getattr(settings(**KEY, **{name: value}), field) == read


@pytest.mark.parametrize("value", ["-1", "inf", "nan", "soon"])
def test_a_drain_takes_no_time_or_some(value: str) -> None:
    with pytest.raises(SettingsError, match=r"DRAIN_S='.+' cannot be used; allowed: a finite number, 0 or greater"):
        Settings.from_env({"DRAIN_S": value})


@pytest.mark.parametrize("name", sorted({"HEYGEN_DEADLINE_S", "HEYGEN_FALLBACK_AFTER_S", "HEYGEN_POLL_INTERVAL_S"}))
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0", "-1", "abc", "1e999", "12s", "1,5", "0x10", "1 2"])
def test_seconds_are_finite_and_positive(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**KEY, **{name: value})
    line = str(caught.value)
    assert "\n" not in line
    assert name in line
    assert repr(value.replace("user:secret", "user:***")) in line
    assert "a finite number greater than 0" in line


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("APP_ENV", "prod", "development, staging, production"),
        ("HEYGEN_PROCESSING_MODE", "push", "webhook, polling, hybrid"),
        ("HEYGEN_PROCESSING_MODE", "Polling", "webhook, polling, hybrid"),
        ("HEYGEN_MAX_CONCURRENT", "0", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "-1", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "1.5", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "nan", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "inf", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "²", "whole number"),
        ("HEYGEN_MAX_CONCURRENT", "9" * 30, "whole number"),
        ("HEYGEN_API_BASE_URL", "api.heygen.com", "an address"),
        ("HEYGEN_API_BASE_URL", "ftp://api.heygen.com", "an address"),
        ("HEYGEN_API_BASE_URL", "https://", "an address"),
        ("HEYGEN_API_BASE_URL", "https://host:99999", "an address"),
        ("HEYGEN_API_BASE_URL", "https://host:0", "an address"),
        ("HEYGEN_API_BASE_URL", "https://[::1", "an address"),
        ("HEYGEN_WEBHOOK_BASE_URL", "http://reels.test", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "http://127.0.0.1.reels.test", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "reels.test", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "https://user:secret@reels.test", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "https://reels.test?a=1", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "https://re els.test", "https://"),
        ("HEYGEN_WEBHOOK_BASE_URL", "https://reels.test:port", "https://"),
        ("DATABASE_URL", "mysql://localhost/reels", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///", "sqlite:///"),
        ("DATABASE_URL", "reels.db", "sqlite:///"),
        ("ARCHIVE_URL", "data/files", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "file://", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "file:///", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "file://host/files", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "file:///files?a=1", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "s3://", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "s3://My_Bucket/reels", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "s3://my-bucket/../reels", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "s3://my-bucket//reels", "s3://BUCKET/PREFIX"),
        ("ARCHIVE_URL", "https://my-bucket.s3.amazonaws.com", "s3://BUCKET/PREFIX"),
        ("AWS_ENDPOINT_URL", "minio:9000", "an address"),
        ("PORT", "0", "port"),
        ("PORT", "65536", "port"),
        ("PORT", "web", "port"),
    ],
)
def test_a_wrong_value_is_one_line_with_variable_value_and_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**KEY, **{name: value})
    line = str(caught.value)
    assert "\n" not in line
    assert name in line
    assert repr(value.replace("user:secret", "user:***")) in line
    assert allowed in line.partition("allowed:")[2]


@pytest.mark.parametrize("name", ["HEYGEN_DEADLINE_S", "HEYGEN_MAX_CONCURRENT", "APP_ENV", "DATABASE_URL", "PORT"])
def test_an_empty_value_counts_as_none(name: str) -> None:
    assert settings(**KEY, **{name: ""}) == settings(**KEY)


def test_a_wrong_setting_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="APP_ENV"):
        settings(APP_ENV="x")


def test_the_process_environment_wins_over_the_file(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare_environment / ".env").write_text("HEYGEN_API_KEY=from-file\nHEYGEN_DEADLINE_S=60\n# a remark\n")
    monkeypatch.setenv("HEYGEN_API_KEY", "from-process")
    made = Settings.from_env()
    assert made.api_key == "from-process"
    assert made.deadline_s == 60


def test_without_a_file_the_process_environment_is_enough(bare_environment: Path) -> None:
    assert Settings.from_env().demo


def test_secrets_are_in_no_repr() -> None:
    made = settings(
        HEYGEN_API_KEY="key-secret", HEYGEN_WEBHOOK_SECRET="hook-secret", CELERY_BROKER_URL="redis://:pw-secret@h"
    )
    assert "secret" not in repr(made)


def test_settings_are_frozen() -> None:
    made: Any = settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.port = 1


@pytest.mark.parametrize("key", ["ключ", "a\nb", "a\x7fb", "ab\x00c"])
def test_a_key_that_no_header_can_carry_stops_the_start_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="HEYGEN_API_KEY") as caught:
        settings(HEYGEN_API_KEY=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["redis://broker:6379/0", "rediss://:pw@broker:6380/1", "amqp://guest:guest@rabbit:5672//", "amqps://rabbit"],
)
def test_a_broker_is_redis_or_amqp(url: str) -> None:
    assert settings(CELERY_BROKER_URL=url).celery_broker_url == url


@pytest.mark.parametrize(
    "url", ["broker:6379", "http://:hunter2@broker", "redis://", "redis://:hunter2@broker:99999", "redis://hunter2 @b"]
)
def test_another_broker_stops_the_start_without_being_shown(url: str) -> None:
    with pytest.raises(SettingsError, match=r"CELERY_BROKER_URL.*redis://HOST:PORT/N") as caught:
        settings(CELERY_BROKER_URL=url)
    assert "hunter2" not in str(caught.value)


def test_a_key_in_the_address_of_a_bucket_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="ARCHIVE_URL holds no key") as caught:
        settings(**KEY, ARCHIVE_URL="s3://AKIAKEY:verysecret@my-bucket/reels")
    assert "verysecret" not in str(caught.value)


def test_keys_of_a_bucket_stay_out_of_the_repr() -> None:
    read = settings(
        **KEY, AWS_ACCESS_KEY_ID="AKIAKEY", AWS_SECRET_ACCESS_KEY="verysecret", AWS_SESSION_TOKEN="tokentoken"
    )
    assert read.aws_secret_access_key == "verysecret"
    assert not any(secret in repr(read) for secret in ("AKIAKEY", "verysecret", "tokentoken"))
