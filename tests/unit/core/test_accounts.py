"""Several HeyGen accounts: each reel is sent, asked for, told of and deleted as its own account's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import campaigns, doctor, endpoint
from core.account_figures import account_figures, forsaken
from core.accounts import Accounts
from core.campaign_rows import Brands, Common, Row, check_rows
from core.catalogue import Avatar, Catalogue, Voice
from core.clock import utcnow
from core.config import AccountSettings, Settings
from core.errors import AccountGone, InvalidReel, SettingsError
from core.inbox import GIVE_UP_AFTER_S, Inbox
from core.models import Reel, ReelStatus, Verdict, signed_by
from core.processor import HeyGenVideoProcessor
from core.product import Product
from core.reel_file import WrongFile, read_csv
from core.removal import TRIES, Remover
from core.secret_file import SecretFile
from core.shelf import Shelving
from core.store import DeliveryFilter
from core.sweep import Sweeper
from core.turns import SENDERS, Slots, Turns
from tests.conftest import Build
from tests.factories import NOW, House, a_body, a_delivery, a_reel, refusal

GET, CREATE = "GET /v3/videos/{id}", "POST /v3/videos"
ACME = AccountSettings(name="acme", api_key="key-of-acme", webhook_secrets=("whsec_acme",), max_concurrent=2)
GLOBEX = AccountSettings(name="globex", api_key="key-of-globex")
NAMED: dict[str, str] = {
    "HEYGEN_ACCOUNTS": "acme,big-globex",
    "HEYGEN_API_KEY_ACME": "a",
    "HEYGEN_API_KEY_BIG_GLOBEX": "g",
}


@pytest.fixture
def house(build: Build, frozen: Any) -> House:
    return build("hybrid", accounts=(ACME, GLOBEX))


def without(house: House, build: Build, *accounts: AccountSettings) -> House:
    """Return the same store and the same HeyGen with these accounts alone."""
    return build("hybrid", wire=house.wire, accounts=accounts)


def product(house: House) -> Product:
    return Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)


def keys(house: House, route: str) -> list[str]:
    return [request.headers["x-api-key"] for request in house.wire.calls(route)]


def submit(house: House, *accounts: str) -> list[Reel]:
    return house.processor.enqueue_many([a_reel(title=f"of {account}", account=account) for account in accounts])


def send(house: House) -> None:
    """Send what may be sent, one after the other."""
    for account in house.processor.accounts.names:
        submission = house.processor.submission_of(account)
        for reel in submission.claim(utcnow(), SENDERS):
            submission.send(reel)


# Settings


def test_each_account_has_its_own_key_limit_and_secrets() -> None:
    told = NAMED | {"HEYGEN_MAX_CONCURRENT": "7", "HEYGEN_MAX_CONCURRENT_ACME": "3", "HEYGEN_API_KEY": "d"}
    made = Settings.from_env(told | {"HEYGEN_WEBHOOK_SECRET_BIG_GLOBEX": "whsec_1, whsec_2"})
    acme, globex = made.accounts
    assert (acme.name, acme.api_key, acme.max_concurrent, acme.webhook_secrets) == ("acme", "a", 3, ())
    assert (globex.name, globex.api_key, globex.max_concurrent) == ("big-globex", "g", 7)
    assert globex.webhook_secrets == ("whsec_1", "whsec_2")
    assert not any(secret in repr(made) for secret in ("whsec_1", "api_key"))


def test_without_names_nothing_changes_and_named_ones_alone_are_no_demo() -> None:
    assert Settings.from_env({"HEYGEN_API_KEY_ACME": "a"}) == Settings.from_env({})
    assert not Settings.from_env(NAMED).demo


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"HEYGEN_API_KEY_ACME": ""}, "HEYGEN_API_KEY_ACME is not set: .* names the account acme"),
        ({"HEYGEN_ACCOUNTS": "Acme"}, "HEYGEN_ACCOUNTS='Acme' cannot be used; allowed: names of up to 32"),
        ({"HEYGEN_ACCOUNTS": "a" * 33}, "names of up to 32"),
        ({"HEYGEN_ACCOUNTS": "acme-"}, "names of up to 32"),
        ({"HEYGEN_ACCOUNTS": "default"}, "'default' is taken"),
        ({"HEYGEN_ACCOUNTS": "acme,acme"}, "allowed: each name once"),
        ({"HEYGEN_API_KEY_ACME": "g"}, "HEYGEN_API_KEY_ACME and HEYGEN_API_KEY_BIG_GLOBEX hold the same value"),
        ({"HEYGEN_API_KEY": "a"}, "HEYGEN_API_KEY and HEYGEN_API_KEY_ACME hold the same value"),
        ({"HEYGEN_API_KEY_ACME": "ñ"}, r"HEYGEN_API_KEY_ACME='\*\*\*' cannot be used"),
        ({"HEYGEN_MAX_CONCURRENT_ACME": "0"}, "HEYGEN_MAX_CONCURRENT_ACME='0' cannot be used"),
        ({"HEYGEN_WEBHOOK_SECRET": "whsec_x"}, "call it HEYGEN_WEBHOOK_SECRET_ACME, or set the key"),
        (
            {"HEYGEN_WEBHOOK_SECRET_ACME": "whsec_x", "HEYGEN_WEBHOOK_SECRET_BIG_GLOBEX": "whsec_y,whsec_x"},
            "HEYGEN_WEBHOOK_SECRET_ACME and HEYGEN_WEBHOOK_SECRET_BIG_GLOBEX hold the same value",
        ),
    ],
)
def test_what_could_not_be_told_apart_stops_the_start(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as caught:
        Settings.from_env(NAMED | changes)
    assert "whsec" not in str(caught.value)


# Choosing


@pytest.mark.parametrize(
    ("names", "written", "chosen"),
    [
        (("", "acme"), "", ""),
        (("", "acme"), "default", ""),
        (("", "acme"), "acme", "acme"),
        (("acme",), "", "acme"),
        (("",), "", ""),
    ],
)
def test_an_account_is_chosen_by_its_name(house: House, names: Sequence[str], written: str, chosen: str) -> None:
    known = {account.name: account for account in house.processor.accounts}
    assert Accounts([known[name] for name in names]).choose(written) == chosen


@pytest.mark.parametrize(
    ("names", "written", "sentence"),
    [
        (("acme", "globex"), "", "The reel names no account: choose one of acme, globex"),
        (("", "acme"), "other", "There is no account other: choose one of default, acme"),
        (("acme", "globex"), "default", "There is no account default"),
    ],
)
def test_a_reel_without_an_account_that_exists_is_refused(
    house: House, names: Sequence[str], written: str, sentence: str
) -> None:
    known = {account.name: account for account in house.processor.accounts}
    with pytest.raises(InvalidReel, match=sentence):
        Accounts([known[name] for name in names]).choose(written)


def test_a_file_names_the_account_of_each_row(house: House, tmp_path: Path) -> None:
    path, choose = tmp_path / "reels.csv", house.processor.accounts.choose
    path.write_text("script,account\nUno,acme\nDos,\n")
    assert [reel.account for reel in read_csv(path, choose=choose)] == ["acme", ""]
    path.write_text("script,account\nUno,acme\nDos,acne\n")
    with pytest.raises(WrongFile) as caught:
        read_csv(path, choose=choose)
    assert caught.value.rows == ("row 3: There is no account acne: choose one of default, acme, globex.",)


def test_rows_of_a_campaign_are_cast_from_their_own_account(house: House) -> None:
    offers = {
        name: Catalogue(
            avatars=(Avatar(id=f"avatar_{name}", name="Ana"),), voices=(Voice(id=f"voice_{name}", name="Luz"),)
        )
        for name in ("", "acme")
    }
    brands = Brands(choose=house.processor.accounts.choose, offers=offers)
    common = Common(script="Hola", avatar_id="avatar_", voice_id="voice_")
    cells = [{"title": "uno"}, {"title": "dos", "Cuenta": "acme"}, {"title": "tres", "Cuenta": "acme", "avatar": "ana"}]
    rows = [Row(number=n, cells=each) for n, each in enumerate(cells, 2)]
    made = [one.reel for one in check_rows(rows, common, Catalogue(), brands=brands)]
    assert [(reel.account, reel.avatar_id, reel.voice_id) for reel in made if reel] == [
        ("", "avatar_", "voice_"),
        ("acme", "", ""),
        ("acme", "avatar_acme", ""),
    ]
    [wrong] = check_rows([Row(number=2, cells={"title": "x", "account": "acne"})], common, Catalogue(), brands=brands)
    assert "There is no account acne" in str(wrong.problem)


# Sending, asking, deleting


def test_every_call_about_a_reel_has_its_accounts_key(house: House) -> None:
    default, acme, globex = submit(house, "", "acme", "globex")
    send(house)
    assert keys(house, CREATE) == ["test-key", "key-of-acme", "key-of-globex"]
    for reel in (globex, acme, default):
        house.processor.check(reel.id or 0)
    assert keys(house, GET) == ["key-of-globex", "key-of-acme", "test-key"]
    assert house.again(acme).account == "acme"


def test_a_sweep_asks_for_the_videos_of_its_account_alone(house: House) -> None:
    for account in ("", "acme", "globex", "acme"):
        house.stored(mode="polling", account=account, at=NOW - timedelta(hours=1))
    for account in house.processor.accounts.names:
        Sweeper(house.processor, jitter=lambda: 0.5, account=account).turn(utcnow())
    asked = [request.url.params["video_ids"] for request in house.wire.calls("GET /v3/videos/statuses")]
    assert asked == ["v1", "v2,v4", "v3"]
    assert keys(house, "GET /v3/videos/statuses") == ["test-key", "key-of-acme", "key-of-globex"]


def test_a_new_attempt_and_a_campaign_keep_the_account(house: House) -> None:
    failed = house.stored("failed", account="acme", video_id="v9")
    house.wire.videos["v9"]["status"] = "failed"
    assert house.processor.retry(failed.id or 0).account == "acme"
    made = campaigns.submit(house.processor, "Otoño", campaigns.new_draft_key(), [a_reel(account="globex")])
    assert [reel.account for reel in house.store.campaigns.reels_after(made.id, 0, 9)] == ["globex"]


def test_a_deleted_reels_video_is_deleted_with_its_accounts_key(house: House) -> None:
    reel = house.stored("completed", account="acme")
    house.wire.always("DELETE /v3/videos/{id}", httpx.Response(200, json={"data": {}}))
    Shelving(house.store).delete(reel.id or 0, at_heygen=True)
    Remover(house.processor).turn(utcnow())
    assert keys(house, "DELETE /v3/videos/{id}") == ["key-of-acme"]


# One account's trouble is no other's


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refusal(401, "unauthorized"), "stopped"),
        (refusal(402, "insufficient_credit"), "stopped"),
        (refusal(429, "rate_limit_exceeded"), "paused"),
    ],
)
def test_a_pause_holds_for_one_account(house: House, answer: httpx.Response, state: str) -> None:
    def judged(request: httpx.Request) -> httpx.Response:
        return answer if request.headers["x-api-key"] == "key-of-acme" else house.wire.ordinary(request)

    house.wire.always(CREATE, judged)
    reels = submit(house, "acme", "acme", "globex", "")
    send(house)
    assert [str(house.again(reel).status) for reel in reels] == ["pending", "pending", "processing", "processing"]
    gates = {account: house.processor.submission_of(account).gate().state for account in ("", "acme", "globex")}
    assert gates == {"": "open", "acme": state, "globex": "open"}


def test_a_thousand_waiting_reels_of_one_account_hold_up_none_of_another(house: House) -> None:
    submit(house, *["acme"] * 1000)
    [late] = submit(house, "globex")
    send(house)
    assert house.again(late).status is ReelStatus.PROCESSING
    assert sorted(keys(house, CREATE)) == ["key-of-acme"] * ACME.max_concurrent + ["key-of-globex"]


def test_slow_answers_to_one_account_take_no_other_ones_senders() -> None:
    slots = Slots("sender", 2)
    slots._by_account["acme"] = 2
    assert (slots.free_for("acme"), slots.free_for("globex")) == (0, 2)


def test_each_account_is_looked_after_in_a_loop_of_its_own(house: House) -> None:
    loops = Turns(house.processor).loops
    named = {f"{turn}@{account}" for turn in ("sweep", "reconcile", "account") for account in ("acme", "globex")}
    assert named <= set(loops)
    for name in ("account", "account@acme", "account@globex"):
        loops[name](utcnow())
    assert keys(house, "GET /v3/users/me") == ["test-key", "key-of-acme", "key-of-globex"]
    shown = account_figures(product(house))
    assert [(each.name, each.limit, each.wallet.balance) for each in shown] == [
        ("", 10, 50.0),
        ("acme", 2, 50.0),
        ("globex", 10, 50.0),
    ]


def test_a_failed_look_at_one_account_is_said_of_it_alone(house: House) -> None:
    def judged(request: httpx.Request) -> httpx.Response:
        wrong = request.headers["x-api-key"] == "key-of-acme"
        return refusal(401, "unauthorized") if wrong else house.wire.ordinary(request)

    house.wire.always("GET /v3/users/me", judged)
    Turns(house.processor).by_name["account"](utcnow())
    problems = {each.name: each.wallet.problem and each.wallet.problem.code for each in account_figures(product(house))}
    assert problems == {"": None, "acme": "unauthorized", "globex": None}


# Who may say what


def deliver(house: House, video_id: str, auth: str, reel_id: int | None = None) -> Verdict:
    body = a_body(video_id=video_id)
    house.store.deliveries.record([a_delivery(body, received_at=utcnow(), auth=auth, reel_id=reel_id)])
    inbox = Inbox(house.processor)
    for delivery in inbox.claim(utcnow(), 9):
        inbox.work(delivery)
    return house.store.deliveries.page(DeliveryFilter(), 1)[0].verdict


def test_a_signature_speaks_for_its_own_accounts_reels(house: House) -> None:
    acme, globex = house.stored(account="acme"), house.stored(account="globex")
    for reel in (acme, globex):
        house.wire.finish(reel.video_id or "")
    assert deliver(house, globex.video_id or "", signed_by("acme")) is Verdict.UNKNOWN_REEL
    assert deliver(house, globex.video_id or "", signed_by("")) is Verdict.UNKNOWN_REEL
    assert deliver(house, globex.video_id or "", signed_by("acme"), globex.id) is Verdict.OTHER_VIDEO
    assert house.again(globex).status is ReelStatus.PROCESSING
    assert keys(house, GET) == []
    assert deliver(house, acme.video_id or "", signed_by("acme")) is Verdict.APPLIED
    assert deliver(house, globex.video_id or "", "token", globex.id) is Verdict.APPLIED
    assert keys(house, GET) == ["key-of-acme", "key-of-globex"]


def test_a_foreign_signature_says_nothing_of_past_videos_and_open_sendings(house: House) -> None:
    restarted = house.stored("failed", account="globex", video_id="old")
    house.wire.videos["old"]["status"] = "failed"
    house.processor.retry(restarted.id or 0)
    house.store.reels.claim(
        account="globex", owner="x", now=utcnow(), lease_s=60.0, room=9, limit=9, forgotten=NOW - timedelta(days=9)
    )
    assert deliver(house, "old", signed_by("acme")) is Verdict.UNKNOWN_REEL
    assert deliver(house, "not-yet-known", signed_by("acme")) is Verdict.UNKNOWN_REEL
    assert deliver(house, "not-yet-known", signed_by("globex")) is Verdict.EARLY


def test_each_endpoint_and_its_secrets_are_one_accounts(house: House, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = []

    def create(request: httpx.Request) -> httpx.Response:
        key = request.headers["x-api-key"]
        rows.append({"endpoint_id": f"e-{key}", "url": "https://reels.test/webhooks/heygen", "status": "enabled"})
        return httpx.Response(200, json={"data": {**rows[-1], "secret": f"whsec-of-{key}"}})

    house.wire.always("GET /v3/webhooks/endpoints", httpx.Response(200, json={"data": [], "has_more": False}))
    house.wire.always("POST /v3/webhooks/endpoints", create)
    secrets = SecretFile(house.store.path)
    endpoint.register(product(house), secrets, "acme")
    endpoint.register(product(house), secrets, "globex")
    secrets.add("e-2", "whsec_newer", utcnow(), "globex")
    known = product(house).secrets_by_account()
    assert list(known["acme"]) == ["whsec_acme", "whsec-of-key-of-acme"]
    assert list(known["globex"]) == ["whsec_newer", "whsec-of-key-of-globex"]
    assert all(kept.until is None for kept in secrets.read() if kept.account == "acme")
    assert [each.secrets for each in account_figures(product(house))] == [1, 2, 2]


# An account that is gone


def test_the_reels_of_an_account_that_is_gone_wait_and_go_on(house: House, build: Build) -> None:
    [waiting] = submit(house, "globex")
    rendering = house.stored(mode="polling", account="globex", at=NOW - timedelta(days=9), deadline_at=NOW)
    house.wire.finish(rendering.video_id or "")
    later = without(house, build, ACME)
    send(later)
    turns = Turns(later.processor)
    turns.by_name["sweep"](utcnow())
    assert later.processor.process_reel(waiting.id or 0)
    assert (later.again(waiting).status, later.again(rendering).status) == ("pending", "processing")
    assert later.wire.calls(CREATE) == []
    assert forsaken(product(later)) == {"globex": 2}
    with pytest.raises(AccountGone, match="The account globex is not configured: its reels wait, and go on when"):
        later.processor.check(rendering.id or 0)
    told = {check.name: check for check in doctor._accounts(product(later))}
    assert str(told["account@globex"].seen) == "the account globex is not configured: 2 of its reels wait"
    send(house)
    Turns(house.processor).by_name["sweep"](utcnow())
    assert (house.again(waiting).status, house.again(rendering).status) == ("processing", "completed")
    assert forsaken(product(house)) == {}


def test_a_delivery_of_an_account_that_is_gone_is_never_given_up(house: House, build: Build) -> None:
    reel = house.stored(account="globex")
    later = without(house, build, ACME)
    body, received = a_body(video_id=reel.video_id or ""), utcnow() - timedelta(seconds=GIVE_UP_AFTER_S + 60)
    later.store.deliveries.record([a_delivery(body, received_at=received, auth="token", reel_id=reel.id)])
    inbox = Inbox(later.processor)
    [delivery] = inbox.claim(utcnow(), 9)
    inbox.work(delivery)
    [kept] = later.store.deliveries.page(DeliveryFilter(), 9)
    assert (kept.verdict, kept.set_aside) == (Verdict.UNCONFIRMED, False)
    assert kept.work_after is not None


def test_a_retry_of_a_campaign_waits_for_an_account_that_is_gone(house: House, build: Build) -> None:
    made = campaigns.submit(house.processor, "Otoño", campaigns.new_draft_key(), [a_reel(account="globex")])
    [reel] = house.store.campaigns.reels_after(made.id, 0, 9)
    house.store.reels.save(reel, status=ReelStatus.FAILED, video_id="v9")
    house.store.campaigns.ask_retries(made.id, utcnow())
    retrier = campaigns.Retrier(without(house, build, ACME).processor)
    for n in range(campaigns.TRIES + 1):
        retrier.turn(utcnow() + timedelta(hours=n))
    assert len(house.store.campaigns.due_retries(utcnow() + timedelta(days=9), 9)) == 1


def test_a_deletion_waits_for_an_account_that_is_gone(house: House, build: Build) -> None:
    reel = house.stored("completed", account="globex")
    Shelving(house.store).delete(reel.id or 0, at_heygen=True)
    later = without(house, build, ACME)
    [job] = later.store.removals.claim(now=utcnow(), lease_s=60.0, limit=9)
    Remover(later.processor).remove(replace(job, attempts=TRIES))
    assert not later.store.removals.is_done(reel.id or 0)


def test_without_a_default_key_the_reels_of_before_wait(build: Build, frozen: Any) -> None:
    before = build("hybrid")
    [old] = submit(before, "")
    later = build("hybrid", wire=before.wire, api_key=None, webhook_secrets=(), accounts=(ACME,))
    assert later.processor.accounts.names == ("acme",)
    assert forsaken(product(later)) == {"": 1}
    with pytest.raises(AccountGone, match="HEYGEN_API_KEY is not set"):
        later.processor.retry(old.id or 0)
    assert later.processor.enqueue(a_reel()).account == "acme"


def test_a_processor_of_one_account_knows_of_no_other(build: Build) -> None:
    house = build()
    assert isinstance(house.processor, HeyGenVideoProcessor)
    assert not house.processor.accounts.several
    assert account_figures(product(house)) == ()
