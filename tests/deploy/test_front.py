"""nginx in front of real receivers and pages: what passes, what it refuses, and who gets whom."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import httpx
import websockets.sync.client
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.store import DeliveryFilter, open_store
from tests.deploy.conftest import Site
from tests.deploy.front import NAME, a_receiver
from tests.deploy.load import ACCOUNT, Load, a_delivery
from tests.support.waiting import wait_for


def test_nginx_in_front_of_receivers(receivers: Site) -> None:
    """One test of many claims: what it stands on takes longer to start than all of them."""
    the_site_is_one_that_nginx_takes(receivers)
    who_comes_without_tls_is_sent_to_it(receivers)
    a_webhook_is_stored_through_tls_and_its_secret_stands_in_no_log(receivers)
    a_body_that_is_too_large_is_refused_before_it_comes_to_a_receiver(receivers)
    a_slow_body_holds_no_receiver_and_ends_in_408(receivers)
    the_metrics_are_for_this_machine_alone(receivers)
    both_receivers_are_replaced_under_load_and_no_delivery_is_refused(receivers)


def test_nginx_in_front_of_pages(pages: Site) -> None:
    a_session_of_the_pages_runs_over_a_websocket(pages)
    pages_that_are_alone_bring_neither_receiver_nor_worker(pages)
    a_browser_stays_with_one_host_and_goes_to_the_other_when_it_ends(pages)


def recorded(site: Site) -> int:
    """Return how many deliveries stand in the store; what was sent twice counts once."""
    store = open_store(site.environ["DATABASE_URL"])
    found = store.deliveries.page(DeliveryFilter(), 100_000)
    store.close()
    return len({delivery.body for delivery in found})


def upstreams(site: Site, status: int) -> list[str]:
    """Return which hosts were asked before an answer, for each request that got it."""
    lines = wait_for(lambda: [line for line in site.front.logged() if f'" {status} ' in line])
    return [line.split('"')[-6] for line in lines]


def the_site_is_one_that_nginx_takes(site: Site) -> None:
    assert "syntax is ok" in site.front.check()


def who_comes_without_tls_is_sent_to_it(site: Site) -> None:
    answer = httpx.get(f"http://127.0.0.1:{site.front.plain_port}/reel?id=7", headers={"Host": NAME}, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/reel?id=7")


def a_webhook_is_stored_through_tls_and_its_secret_stands_in_no_log(site: Site) -> None:
    before = recorded(site)
    body, headers = a_delivery("front", padding=60_000)
    with site.front.client() as client:
        assert client.post(ACCOUNT, content=body, headers=headers).status_code == 200
        forged = client.post(f"{ACCOUNT}/reel/7/a-token-to-hide", content=body)
        assert forged.status_code == 401
        assert client.options(ACCOUNT).status_code == 200
        assert client.get("/files/7/a-hash-to-hide/video.mp4?download=1").status_code == 404
    assert recorded(site) == before + 1
    logged = "\n".join(wait_for(lambda: [line for line in site.front.logged() if "/files/7" in line]))
    assert '"GET /files/7/***" 404' in logged
    assert '"POST /webhooks/heygen/reel/7/***" 401' in "\n".join(site.front.logged())
    assert "to-hide" not in site.front.logs()


def a_body_that_is_too_large_is_refused_before_it_comes_to_a_receiver(site: Site) -> None:
    body, headers = a_delivery("large", padding=65 * 1024)
    with site.front.client() as client:
        assert client.post(ACCOUNT, content=body, headers=headers).status_code == 413
    assert upstreams(site, 413) == ["-"]


def a_slow_body_holds_no_receiver_and_ends_in_408(site: Site) -> None:
    body, headers = a_delivery("slow")
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with site.front.connect() as slow, site.front.client() as client:
        slow.sendall(f"POST {ACCOUNT} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode())
        slow.sendall(body[:10])
        quick, its_headers = a_delivery("quick")
        assert client.post(ACCOUNT, content=quick, headers=its_headers).status_code == 200
        answer = slow.recv(4096)  # nginx ends a body that stands still
    assert answer == b"" or b" 408 " in answer.partition(b"\r\n")[0]
    assert upstreams(site, 408) == ["-"]


def the_metrics_are_for_this_machine_alone(site: Site) -> None:
    with site.front.client() as near, site.front.client(source="127.0.0.2") as far:
        assert "worker_alive" in near.get("/metrics").text
        assert far.get("/metrics").status_code == 403
        assert far.get("/healthz").json()["store"] == "ok"


def pages_that_are_alone_bring_neither_receiver_nor_worker(site: Site) -> None:
    before = recorded(site)
    body, headers = a_delivery("alone")
    for pages in site.hosts:
        assert httpx.post(f"http://127.0.0.1:{pages.port}{ACCOUNT}", content=body, headers=headers).status_code == 405
        assert pages.health().json()["worker"]["alive"] is False
    assert recorded(site) == before


def a_session_of_the_pages_runs_over_a_websocket(site: Site) -> None:
    opened = websockets.sync.client.connect(
        f"wss://{NAME}/_stcore/stream",
        sock=socket.create_connection(("127.0.0.1", site.front.port), timeout=15),
        ssl=site.front.tls,
        server_hostname=NAME,
        origin=websockets.Origin(f"https://{NAME}"),
        subprotocols=[websockets.Subprotocol("streamlit")],
    )
    with opened as session:
        session.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
        first = ForwardMsg.FromString(bytes(session.recv(timeout=20)))  # type: ignore[arg-type]
    assert first.WhichOneof("type") == "new_session"


def both_receivers_are_replaced_under_load_and_no_delivery_is_refused(site: Site) -> None:
    before, load = recorded(site), Load(site.front)
    with load.running():
        for place, old in enumerate(site.hosts):
            load.more(50)
            assert old.stop() == 0, old.output
            site.hosts[place] = a_receiver(site.folder, site.environ, old.port)
            load.more(50)
            site.hosts[place].await_health()
    assert set(load.answers) == {200}
    assert recorded(site) - before == load.answers[200]


def upstream_of(client: httpx.Client, site: Site) -> str:
    """Ask for the pages once and return which host answered."""
    before = len(site.front.logged())
    assert client.get("/_stcore/health").status_code == 200
    wait_for(lambda: len(site.front.logged()) > before, what="the log line")
    return site.front.logged()[-1].split('"')[-6].split(", ")[-1]


def a_browser_stays_with_one_host_and_goes_to_the_other_when_it_ends(site: Site) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(site.front.client()) for _ in range(12)]
        first = [upstream_of(client, site) for client in clients]
        assert set(first) == {f"127.0.0.1:{pages.port}" for pages in site.hosts}
        assert [upstream_of(client, site) for client in clients] == first
        [ended] = [pages for pages in site.hosts if first[0].endswith(f":{pages.port}")]
        [left] = [pages for pages in site.hosts if pages is not ended]
        ended.kill()
        assert {upstream_of(client, site) for client in clients} == {f"127.0.0.1:{left.port}"}
