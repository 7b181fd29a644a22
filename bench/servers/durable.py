"""Serve the product's receiver as `python -m core receiver` does; options take single things away from it."""

from __future__ import annotations

import argparse
import socket
import sqlite3
import sys
from typing import Any

from bench.webhooks import SECRET
from core import logs, recorder
from core.config import Settings
from core.models import ProcessingMode
from core.runtime import Runtime
from core.serving import serve


def altered(base: type[sqlite3.Connection], synchronous: str) -> type[sqlite3.Connection]:
    """Return connections with another `synchronous`."""

    class Connection(base):  # type: ignore[valid-type,misc]
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("synchronous = FULL", f"synchronous = {synchronous}"), *args)

    return Connection


def alter(synchronous: str) -> None:
    """Have every connection of this process altered."""
    connect = sqlite3.connect

    def altered_connect(*args: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **options: Any) -> Any:
        return connect(*args, factory=altered(factory, synchronous), **options)

    sqlite3.connect = altered_connect


def main(argv: list[str]) -> None:
    """Serve on an open socket."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fd", type=int)
    parser.add_argument("database")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--synchronous", default="FULL")
    parser.add_argument("--info", action="store_true")
    args = parser.parse_args(argv)
    if args.info:
        logs.configure()
    if args.batch:
        recorder.MAX_BATCH = args.batch  # type: ignore[misc]
    if args.synchronous != "FULL":
        alter(args.synchronous)
    settings = Settings(
        api_key="bench",
        processing_mode=ProcessingMode.WEBHOOK,
        webhook_base_url="https://bench.example",
        webhook_secrets=(SECRET,),
        database_url=args.database if "://" in args.database else f"sqlite:///{args.database}",
    )
    serve(Runtime(settings, worker=False), socket.socket(fileno=args.fd))


if __name__ == "__main__":
    main(sys.argv[1:])
