"""What PostgreSQL is given to read of SQL that is written for SQLite."""

from __future__ import annotations

import pytest

from core.store.connections import HELD, unlocked
from core.store.translation import to_postgres, to_value


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("SELECT ? WHERE a = :a_b", "SELECT %s WHERE a = %(a_b)s"),
        ("SELECT '50% :a ?', b % 64", "SELECT '50%% :a ?', b %% 64"),
        ("SELECT 'it''s ?' , ?", "SELECT 'it''s ?' , %s"),
        ("CAST(a AS TEXT), b::text", "CAST(a AS TEXT), b::text"),
        ("FROM reel INDEXED BY reel_known WHERE true", "FROM reel WHERE true"),
        ("worked_at IS ? AND a IS NULL", "worked_at IS NOT DISTINCT FROM %s AND a IS NULL"),
        ("lease_until <= :clock", "lease_until <= clock_ms()"),
        ("reel_text MATCH ? AND rowid < :before", "reel_text.words @@ sought(%s) AND id < %(before)s"),
        ("FROM reel_text CROSS JOIN reel ON true", "FROM reel_text JOIN reel ON true"),
        ("SELECT value FROM json_each(:ids)", "SELECT value FROM numbers_in(%(ids)s)"),
        (f"SELECT 1 {HELD}", "SELECT 1 "),
    ],
)
def test_each_difference_has_its_rule(sql: str, translated: str) -> None:
    assert to_postgres(sql) == translated


def test_what_a_transaction_reads_to_decide_is_locked() -> None:
    assert to_postgres(f"SELECT 1 {HELD}", held=True).split() == ["SELECT", "1", "FOR", "NO", "KEY", "UPDATE"]


def test_a_claim_passes_over_what_others_have_in_hand() -> None:
    claimed = " ".join(to_postgres(f"IN ({unlocked('SELECT id LIMIT 1')})").split())
    assert claimed == "IN ( SELECT unnest(ARRAY( SELECT id LIMIT 1 FOR UPDATE SKIP LOCKED)))"


def test_the_callers_moments_can_stand_for_the_clock() -> None:
    assert to_postgres(":clock + :lease_ms", own_clock=False) == "%(clock)s + %(lease_ms)s"


def test_values_are_what_postgresql_can_store() -> None:
    assert [to_value(value) for value in (True, False, 7, "a\x00b", None, b"\x00")] == [1, 0, 7, "a␀b", None, b"\x00"]
    assert type(to_value(True)) is int
