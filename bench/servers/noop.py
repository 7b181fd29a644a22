"""Serve a Starlette handler that does nothing, on the server and with the options that the product uses."""

from __future__ import annotations

import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def nothing(_request: Request) -> PlainTextResponse:
    """Answer OK."""
    return PlainTextResponse("OK")


def main(fd: int) -> None:
    """Serve on an open socket."""
    app = Starlette(routes=[Route("/webhooks/heygen", nothing, methods=["POST"])])
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, server_header=False)
    )
    server.run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
