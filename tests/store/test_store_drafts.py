from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.drafts import Draft, asks_the_same
from core.errors import InvalidPreset
from core.models import ProcessingMode, Reel
from core.options import Captions, Staging, staged
from core.presets import Choices, Preset, choices_of, named
from core.store import Store, open_store
from tests.factories import NOW, a_reel

CHOICES = Choices(
    avatar_id="lucia",
    voice_id="v-es",
    aspect_ratio="4:5",
    options=staged({}, Staging(captions=Captions.BURNT, background="#0f6e84", speed=0.9, pitch=-5)),
)

MODES = {"mode": ProcessingMode.POLLING, "requested_mode": ProcessingMode.POLLING}
STORED: dict[str, Any] = {**MODES, "created_at": NOW, "updated_at": NOW}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/reels.db")) as opened:
        yield opened


def at(second: int) -> timedelta:
    return timedelta(seconds=second)


# Drafts


def test_a_draft_comes_back_as_it_was_left(store: Store) -> None:
    draft = Draft(title="Otoño", script="Tres prendas 🧥", choices=CHOICES, owner="ana@example.com")
    assert store.drafts.keep(draft, NOW)
    assert store.drafts.get(draft.key) == replace(draft, updated_at=NOW)
    later = replace(draft, script="Cuatro")
    assert store.drafts.keep(later, NOW + at(1))
    assert store.drafts.get(draft.key) == replace(later, updated_at=NOW + at(1))


def test_a_draft_that_nobody_kept_is_none(store: Store) -> None:
    assert store.drafts.get("reel-x") is None


def test_drafts_are_listed_latest_first_page_by_page_and_each_owners_apart(store: Store) -> None:
    drafts = [Draft(title=str(n)) for n in range(5)]
    for n, draft in enumerate(drafts):
        store.drafts.keep(draft, NOW + at(n // 2))
    store.drafts.keep(Draft(title="hers", owner="ana@example.com"), NOW)
    first = store.drafts.page("", 2)
    second = store.drafts.page("", 2, first[-1])
    third = store.drafts.page("", 2, second[-1])
    assert [len(first), len(second), len(third)] == [2, 2, 1]
    assert {draft.title for draft in (*first, *second, *third)} == set("01234")
    assert first[0].title == "4"
    assert [draft.title for draft in store.drafts.page("ana@example.com", 9)] == ["hers"]


def test_a_list_of_drafts_reads_an_index(store: Store) -> None:
    where = "WHERE owner = ? AND reel_id IS NULL AND (updated_at, key) < (?, ?)"
    sql = f"SELECT key FROM draft {where} ORDER BY updated_at DESC, key DESC LIMIT 9"
    with store.transaction() as conn:
        plan = " ".join(row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + sql, ("", 1, "k")))
    assert "draft_owner (owner=? AND updated_at" in plan.replace("(updated_at,key)", "updated_at")
    assert "TEMP B-TREE" not in plan


def test_a_dropped_draft_is_gone(store: Store) -> None:
    draft = Draft(title="x")
    store.drafts.keep(draft, NOW)
    store.drafts.drop(draft.key)
    store.drafts.drop(draft.key)
    assert store.drafts.get(draft.key) is None


def test_a_draft_that_became_a_reel_is_not_written_again(store: Store) -> None:
    draft = Draft(script="Hola.")
    store.reels.add([replace(a_reel(), **STORED, idempotency_key=draft.key)])
    assert not store.drafts.keep(draft, NOW)
    assert store.drafts.get(draft.key) is None


def test_a_submitted_draft_keeps_nothing_but_its_reel(store: Store) -> None:
    kept, quick = Draft(script="Hola."), Draft(script="Enseguida.")
    store.drafts.keep(kept, NOW)
    reels = store.reels.add([replace(a_reel(), **STORED, idempotency_key=key) for key in ("changed", "too")])
    for draft, reel in zip((kept, quick), reels, strict=True):
        store.drafts.submit(draft.key, "", reel.id or 0, NOW)
        store.drafts.drop(draft.key)
        assert not store.drafts.keep(replace(draft, script="Más."), NOW)
        assert store.drafts.get(draft.key) is None
        assert store.drafts.reel_of(draft.key) == reel.id
    assert store.drafts.page("", 9) == []


def test_the_reel_of_a_draft_is_found_by_its_key(store: Store) -> None:
    draft = Draft(script="Hola.")
    assert store.drafts.reel_of(draft.key) is None
    store.drafts.keep(draft, NOW)
    assert store.drafts.reel_of(draft.key) is None
    reel = store.reels.add([replace(a_reel(), **STORED, idempotency_key=draft.key)])[0]
    assert store.drafts.reel_of(draft.key) == reel.id


def test_a_draft_asks_for_the_reel_it_says() -> None:
    draft = Draft(title="Otoño", script="Hola.", choices=CHOICES)
    reel = draft.reel()
    assert (reel.title, reel.script, reel.idempotency_key) == ("Otoño", "Hola.", draft.key)
    assert choices_of(reel) == CHOICES


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"avatar_id": "", "voice_id": ""}, True),
        ({"avatar_id": "james"}, False),
        ({"script": "Otra."}, False),
        ({"title": "Otro"}, False),
        ({"aspect_ratio": "1:1"}, False),
        ({"options": {"fit": "cover"}}, False),
    ],
)
def test_a_stored_reel_is_known_again_by_what_it_asks(changes: dict[str, object], same: bool) -> None:
    stored = Reel(script="Hola.", title="Uno", avatar_id="lucia", voice_id="v", id=3)
    assert asks_the_same(stored, replace(stored, **changes)) is same  # type: ignore[arg-type]  # a mapping of fields


@pytest.mark.parametrize(("title", "script", "blank"), [("", " \n", True), ("x", "", False), ("", "x", False)])
def test_a_draft_without_words_is_blank(title: str, script: str, blank: bool) -> None:
    assert Draft(title=title, script=script).is_blank is blank


# What was chosen last


def test_the_last_choices_are_each_owners_own(store: Store) -> None:
    assert store.drafts.last_choices("") is None
    store.drafts.remember("", Choices(), NOW)
    store.drafts.remember("", CHOICES, NOW)
    store.drafts.remember("ana@example.com", Choices(avatar_id="james"), NOW)
    assert store.drafts.last_choices("") == CHOICES
    assert store.drafts.last_choices("ana@example.com") == Choices(avatar_id="james")


# Presets


def test_presets_are_kept_by_campaign_and_name_and_listed_in_that_order(store: Store) -> None:
    for campaign, name in [("Otoño", "Reel"), ("", "Suelto"), ("Otoño", "Feed"), ("Verano", "Reel")]:
        store.presets.save(named(name, campaign, CHOICES), "", NOW)
    first = store.presets.page(2)
    rest = store.presets.page(9, first[-1])
    assert [(preset.campaign, preset.name) for preset in (*first, *rest)] == [
        ("", "Suelto"),
        ("Otoño", "Feed"),
        ("Otoño", "Reel"),
        ("Verano", "Reel"),
    ]
    assert all(preset.choices == CHOICES for preset in (*first, *rest))


def test_a_preset_of_the_same_name_and_campaign_is_replaced(store: Store) -> None:
    first = store.presets.save(named("Reel", "Otoño", Choices()), "", NOW)
    again = store.presets.save(named(" Reel ", "Otoño", CHOICES), "ana@example.com", NOW)
    assert first == again
    assert store.presets.get(first) == Preset(id=first, name="Reel", campaign="Otoño", choices=CHOICES)


def test_a_deleted_preset_is_gone(store: Store) -> None:
    preset_id = store.presets.save(named("Reel", "", CHOICES), "", NOW)
    store.presets.delete(preset_id)
    assert store.presets.get(preset_id) is None
    assert store.presets.page(9) == []


@pytest.mark.parametrize(("name", "campaign"), [("", "Otoño"), (" \t", ""), ("x" * 81, ""), ("x", "y" * 81)])
def test_a_name_that_cannot_be_found_again_is_refused(name: str, campaign: str) -> None:
    with pytest.raises(InvalidPreset):
        named(name, campaign, CHOICES)


# Favourites


def test_a_favourite_is_marked_once_and_taken_away(store: Store) -> None:
    for _twice in range(2):
        store.favourites.mark("", "avatar", "lucia", NOW, liked=True)
    store.favourites.mark("", "voice", "lucia", NOW, liked=True)
    store.favourites.mark("ana@example.com", "avatar", "james", NOW, liked=True)
    assert store.favourites.of("", "avatar") == {"lucia"}
    assert store.favourites.of("ana@example.com", "avatar") == {"james"}
    store.favourites.mark("", "avatar", "lucia", NOW, liked=False)
    assert store.favourites.of("", "avatar") == frozenset()
    assert store.favourites.of("", "voice") == {"lucia"}
