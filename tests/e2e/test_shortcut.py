"""The busiest path goes past the router, and nothing else does; asked of a real server."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from core.signature import sign
from core.store import DeliveryFilter
from tests.support.programs import Fake, Serve

BODY = b'{"event_type": "avatar_video.success", "event_data": {"video_id": "nobodys"}}'
SECRET = "whsec_of_the_shortcut"


def test_every_path_is_answered_as_by_the_router(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="hybrid", HEYGEN_WEBHOOK_SECRET=SECRET)
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        signed = {"Heygen-Signature": sign(BODY, SECRET)}
        endpoint = "/webhooks/heygen"
        assert client.post(endpoint, content=BODY, headers=signed).status_code == 200
        assert client.post(f"{endpoint}?again=1", content=BODY, headers=signed).status_code == 200
        assert client.post(endpoint, content=BODY).status_code == 401
        assert client.get(endpoint).text == "OK"
        assert client.put(endpoint).status_code == 405
        assert client.post(f"{endpoint}/", content=BODY, headers=signed).status_code == 404
        assert client.post(f"{endpoint}/reel/1", content=BODY).status_code == 401
        assert client.get("/healthz").json()["worker"]["alive"]
    [recorded] = server.store.deliveries.page(DeliveryFilter(), 10)
    assert (recorded.body, recorded.seen) == (BODY, 2)
