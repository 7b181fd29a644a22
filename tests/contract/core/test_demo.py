from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx

from core.demo import DemoServer


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_two_products_that_start_at_the_same_moment_both_get_a_fake_of_their_own() -> None:
    port = free_port()
    servers = [DemoServer(None, port=port) for _ in range(2)]
    try:
        with ThreadPoolExecutor(2) as pool:
            addresses = list(pool.map(DemoServer.start, servers))
        assert len(set(addresses)) == 2
        assert f"http://127.0.0.1:{port}" in addresses
        assert all(httpx.get(f"{address}/_sim/health", trust_env=False).is_success for address in addresses)
    finally:
        for server in servers:
            server.stop()
