"""What comes in and what is told outside of several accounts: each by its own name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.account_watch import ACCOUNT as WALLET
from core.accounts import fact
from core.clock import utcnow
from core.config import AccountSettings
from core.gate import Gate
from core.models import ReelStatus, Verdict
from core.product import Product
from core.status import status_routes
from core.turns import Turns
from tests.conftest import Build
from tests.contract.core.receiving import ACCOUNT, Receiving, receiving
from tests.factories import SECRET, House, a_body

ACME = AccountSettings(name="acme", api_key="key-of-acme", max_concurrent=4)
SECRETS = {"acme": ("whsec_acme_old", "whsec_acme")}


@pytest.fixture
def house(build: Build) -> House:
    return build("hybrid", accounts=(ACME,))


@pytest.fixture
def receiver(house: House) -> Iterator[Receiving]:
    with receiving(house, others=SECRETS) as running:
        product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
        running.app.routes.extend(status_routes(product, running.recorder))
        yield running


def test_a_signed_delivery_is_recorded_with_the_account_that_signed(receiver: Receiving) -> None:
    for secret in (SECRET, *SECRETS["acme"]):
        assert receiver.signed(ACCOUNT, a_body(), secret).status == 200
    assert receiver.signed(ACCOUNT, a_body(), "whsec_other").status == 401
    found = {delivery.auth: delivery.seen for delivery in receiver.stored()}
    assert found == {"signature": 1, "signature@acme": 2}
    assert {delivery.signer: delivery.proof for delivery in receiver.stored()} == {"": "signature", "acme": "signature"}


def test_one_accounts_owner_cannot_end_another_ones_reel(receiver: Receiving, house: House) -> None:
    reel = house.stored(account="acme", video_id="v1")
    house.wire.finish("v1")
    for path in (ACCOUNT, f"{ACCOUNT}/reel/{reel.id}"):
        assert receiver.signed(path, a_body(video_id="v1"), SECRET).status == 200
    receiver.work()
    assert {delivery.verdict for delivery in receiver.stored()} == {Verdict.UNKNOWN_REEL, Verdict.OTHER_VIDEO}
    assert {delivery.note for delivery in receiver.stored()} == {
        "signed by the account default, and the reel is of acme"
    }
    assert house.again(reel).status is ReelStatus.PROCESSING
    assert house.wire.requests == []
    receiver.signed(ACCOUNT, a_body(video_id="v1"), "whsec_acme")
    receiver.work()
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_metrics_have_a_label_for_the_account(receiver: Receiving, house: House) -> None:
    house.stored("pending", account="acme")
    house.stored(account="acme")
    house.store.facts.put(fact(WALLET, "acme"), {"balance": 12.5, "currency": "usd", "name": "a"}, utcnow())
    house.store.facts.put(fact("gate", "acme"), Gate(state="stopped", reason="unauthorized").to_json(), utcnow())
    house.processor.accounts.get("acme").client.me()
    Turns(house.processor).heartbeat_turn(utcnow())
    told = {
        (sample.name, sample.labels.get("account")): sample.value
        for family in text_string_to_metric_families(receiver.request("GET", "/metrics").body.decode())
        for sample in family.samples
    }
    assert told["account_reels_queued", "acme"] == 1
    assert told["account_reels_in_flight", "acme"] == 1
    assert told["account_concurrency_limit", "acme"] == 4
    assert told["account_queue_open", "acme"] == 0
    assert told["account_queue_open", "default"] == 1
    assert told["account_wallet_balance", "acme"] == 12.5
    assert ("account_wallet_balance", "default") not in told
    assert told["heygen_calls_total", "acme"] == 1
    assert told["queue_open", None] == 0
