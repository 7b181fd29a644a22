"""No page shows a secret: not the key, not a signing secret, not the token of a callback address."""

from __future__ import annotations

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from core.clock import utcnow
from core.config import Settings
from core.heygen import HeyGenClient
from core.models import Reel
from core.product import Product, open_product
from core.secret_file import SecretFile
from core.submission import Submission
from pages.ui.directory import ENTRIES
from tests.factories import Wire
from tests.unit.pages.conftest import Visit
from tests.unit.pages.test_every_page import busy

ENVIRON = {
    "HEYGEN_API_KEY": "sk_live_4d1c",
    "HEYGEN_WEBHOOK_SECRET": "whsec_by_hand_77aa,whsec_old_88bb",
    "HEYGEN_ACCOUNTS": "acme",
    "HEYGEN_API_KEY_ACME": "sk_live_acme_5e2d",
    "HEYGEN_WEBHOOK_SECRET_ACME": "whsec_acme_66cc",
    "HEYGEN_WEBHOOK_BASE_URL": "https://reels.test",
    "HEYGEN_PROCESSING_MODE": "hybrid",
}
DEMO_ONLY = "simulator"  # where there is no key, and every secret is the simulator's own
PLACES = [
    (entry.file, {"id": "1"} if entry.file in {"reel", "campaign"} else {})
    for entry in ENTRIES
    if entry.file != DEMO_ONLY
]
PARTS = [("health", {"part": part}) for part in ("checks", "settings", "webhooks")]


def everything(app: AppTest) -> str:
    """Return all that a page sends to the browser."""
    return "\n".join(str(node.proto) for node in app._tree if getattr(node, "proto", None) is not None)


def send_one(product: Product) -> str:
    """Send a reel to a HeyGen that only seems to be one, and return the token of its callback address."""
    wire = Wire()
    wire.keys["another"] = "v1"
    client = HeyGenClient(product.settings.api_key or "", "https://heygen.test", transport=httpx.MockTransport(wire))
    submission = Submission(product.store, client, product.settings, "https://reels.test", lambda: 60.0)
    reel = product.processor.enqueue(Reel(script="Hola.", title="Sent", avatar_id="a1"))
    (claimed,) = submission.claim(utcnow(), 1, only=reel.id)
    submission.send(claimed)
    return str(wire.sent()["callback_url"]).rpartition("/")[2]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, product: Product) -> list[str]:
    """Return every secret that a busy product with an endpoint holds."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    made = open_product(Settings.from_env())
    SecretFile(made.store.path).add("e1", "whsec_registered_99cc", utcnow())
    SecretFile(made.store.path).add("e2", "whsec_registered_acme", utcnow(), "acme")
    token = send_one(made)
    busy(made)
    of_acme = ["sk_live_acme_5e2d", "whsec_acme_66cc", "whsec_registered_acme"]
    return ["sk_live_4d1c", "whsec_by_hand_77aa", "whsec_old_88bb", "whsec_registered_99cc", token, *of_acme]


@pytest.mark.parametrize(("page", "query"), PLACES + PARTS, ids=lambda value: str(value))
def test_a_page_shows_no_secret(visit: Visit, secrets: list[str], page: str, query: dict[str, str]) -> None:
    shown = everything(visit(page, "en", **query))
    assert len(shown) > 500
    assert [secret for secret in secrets if secret in shown] == []
