"""Serve a route as one would write it for PostgreSQL: Starlette, asyncpg, one commit a request; signed like ours."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.webhooks import SECRET
from core.signature import verify

CONNECTIONS = 20
TABLE = """
    CREATE TABLE IF NOT EXISTS webhook (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fingerprint BYTEA NOT NULL UNIQUE,
        received_at TIMESTAMPTZ NOT NULL DEFAULT now(), event_type TEXT NOT NULL, body BYTEA NOT NULL
    )
"""
INSERT = "INSERT INTO webhook (fingerprint, event_type, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


async def take(request: Request) -> PlainTextResponse:
    """Check the signature, store the raw body, answer once it is committed."""
    body = await request.body()
    if not verify(body, [request.headers["heygen-signature"].encode()], [SECRET]):
        return PlainTextResponse("no", 401)
    event = json.loads(body)
    async with request.app.state.pool.acquire() as conn:
        await conn.execute(INSERT, hashlib.sha256(body).digest(), event["event_type"], body)
    return PlainTextResponse("OK")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Keep a pool of connections open."""
    async with asyncpg.create_pool(os.environ["BENCH_POSTGRES"], min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(TABLE)
        app.state.pool = pool
        yield


if __name__ == "__main__":
    routes = [Route("/webhooks/heygen", take, methods=["POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes, lifespan=lifespan),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
