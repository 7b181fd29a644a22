from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.campaign_draft import DRAFT_KEY, USED, CampaignDraft, from_text, to_text
from core.campaign_rows import COLUMNS, Common, Row
from core.campaigns import new_draft_key
from core.sheet import MOST_ROWS

ROWS = (
    Row(number=2, cells={"script": "Hola", "nombre": "Ana"}),
    Row(number=3, cells={"script": "Adiós"}, beyond=True),
    Row(number=9, cells={}),
)
DRAFT = CampaignDraft(key="campaign-1", name="Otoño", variables=("nombre",), rows=ROWS)

words = st.text(st.characters(codec="utf-8"), max_size=6)
rows = st.builds(
    Row, number=st.integers(2, 99), cells=st.dictionaries(words, words), left_out=st.booleans(), beyond=st.booleans()
)
drafts = st.builds(
    CampaignDraft,
    key=words,
    name=words,
    common=st.builds(Common, script=words, avatar_id=words, voice_id=words, aspect_ratio=words),
    variables=st.lists(words).map(tuple),
    rows=st.lists(rows, max_size=3).map(tuple),
)


@given(drafts)
def test_a_draft_comes_back_as_it_was_kept(draft: CampaignDraft) -> None:
    assert from_text(to_text(draft)) == draft


def test_the_key_of_a_draft_is_known_for_one() -> None:
    assert DRAFT_KEY.fullmatch(new_draft_key())
    assert not DRAFT_KEY.fullmatch("campaign-1")


def test_edits_go_to_the_rows_that_were_shown() -> None:
    edited = DRAFT.edited([2, 0], {0: {"script": "Nuevo", "nombre": None}, 1: {"nombre": "Eva"}})
    assert edited.rows[0].cells == {"script": "Hola", "nombre": "Eva"}
    assert edited.rows[1] == ROWS[1]
    assert edited.rows[2].cells == {"script": "Nuevo", "nombre": ""}


def test_edits_of_a_row_that_is_no_longer_shown_are_passed_over() -> None:
    assert DRAFT.edited([0], {3: {"script": "x"}}) == DRAFT


def test_a_row_is_left_out_and_taken_in_again() -> None:
    out = DRAFT.edited([0, 1, 2], {1: {USED: False}})
    assert [row.left_out for row in out.rows] == [False, True, False]
    assert out.rows[1].cells == ROWS[1].cells
    assert not out.edited([0, 1, 2], {1: {USED: True}}).rows[1].left_out


def test_a_row_with_cells_beyond_the_head_is_good_once_somebody_has_looked_at_it() -> None:
    assert DRAFT.edited([1], {0: {USED: True}}).rows[1].beyond
    assert not DRAFT.edited([1], {0: {"script": "Adiós, a todos"}}).rows[1].beyond


def test_rows_are_left_out_by_their_numbers() -> None:
    assert [row.left_out for row in DRAFT.without(frozenset({2, 9})).rows] == [True, False, True]


def test_empty_rows_are_numbered_on_and_never_too_many() -> None:
    more = DRAFT.with_empty_rows(2)
    assert [row.number for row in more.rows] == [2, 3, 9, 10, 11]
    assert all(row.is_blank for row in more.rows[3:])
    assert len(DRAFT.with_empty_rows(MOST_ROWS).rows) == MOST_ROWS
    assert CampaignDraft(key="x").with_empty_rows(1).rows[0].number == 2


def test_a_variable_is_a_column_once() -> None:
    assert DRAFT.with_variable("ciudad").columns == (*COLUMNS, "nombre", "ciudad")
    assert DRAFT.with_variable("nombre") == DRAFT


def test_a_draft_is_blank_until_something_is_written() -> None:
    assert CampaignDraft(key="x").with_empty_rows(5).is_blank
    assert not DRAFT.is_blank
    assert not CampaignDraft(key="x", common=Common(script="Hola")).is_blank
