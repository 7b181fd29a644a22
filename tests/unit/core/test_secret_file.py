from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.secret_file import SecretFile
from tests.factories import NOW

DAY = timedelta(hours=24)


@pytest.fixture
def secrets(tmp_path: Path) -> SecretFile:
    return SecretFile(tmp_path / "data" / "reels.db")


def test_without_a_file_nothing_is_believed(secrets: SecretFile) -> None:
    assert secrets.believed(NOW) == []
    assert not secrets.path.parent.exists()


def test_a_new_secret_is_believed_at_once_and_the_old_one_for_another_day(secrets: SecretFile) -> None:
    secrets.add("e1", "whsec_old", NOW)
    secrets.add("e1", "whsec_new", NOW + timedelta(hours=1))
    assert secrets.believed(NOW + timedelta(hours=2)) == ["whsec_new", "whsec_old"]
    assert secrets.believed(NOW + timedelta(hours=1) + DAY) == ["whsec_new"]


def test_rotating_twice_does_not_lengthen_the_life_of_the_oldest(secrets: SecretFile) -> None:
    for hours, secret in ((0, "a"), (1, "b"), (20, "c")):
        secrets.add("e1", secret, NOW + timedelta(hours=hours))
    assert secrets.believed(NOW + timedelta(hours=24)) == ["c", "b", "a"]
    assert secrets.believed(NOW + timedelta(hours=25)) == ["c", "b"]
    secrets.add("e1", "d", NOW + timedelta(hours=60))
    assert [kept.secret for kept in secrets.read()] == ["d", "c"]


def test_the_file_is_its_owners_alone_and_written_whole(secrets: SecretFile) -> None:
    secrets.add("e1", "whsec_a", NOW)
    assert stat.S_IMODE(secrets.path.stat().st_mode) == 0o600
    assert [path.name for path in secrets.path.parent.iterdir()] == ["reels.webhook-secrets.json"]


def test_a_change_by_another_process_is_followed(secrets: SecretFile) -> None:
    secrets.add("e1", "whsec_a", NOW)
    assert secrets.believed(NOW) == ["whsec_a"]
    other = SecretFile(secrets.path.with_name("reels.db"))
    other.add("e1", "whsec_b", NOW)
    assert secrets.believed(NOW) == ["whsec_b", "whsec_a"]
    secrets.path.unlink()
    assert secrets.believed(NOW) == []


@pytest.mark.parametrize("text", ["", "{", "7", '["whsec_a"]', '[{"secret": "a"}]', '[{"novel": 1}]', "\xff"])
def test_a_file_that_was_spoilt_is_one_sentence_without_a_secret(secrets: SecretFile, text: str) -> None:
    secrets.add("e1", "whsec_a", NOW)
    secrets.path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError) as caught:
        secrets.believed(NOW)
    assert str(secrets.path) in str(caught.value)
    assert "whsec" not in str(caught.value)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        SecretFile(tmp_path / "data" / "reels.db").add("e1", "whsec_a", NOW)


def test_no_repr_tells_a_secret(secrets: SecretFile) -> None:
    secrets.add("e1", "whsec_a", NOW)
    assert "whsec" not in repr(secrets.read())
    assert json.loads(secrets.path.read_text())[0]["secret"] == "whsec_a"
