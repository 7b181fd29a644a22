"""Hear of work that another process has stored, by PostgreSQL's LISTEN."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import psycopg

logger = logging.getLogger(__name__)

CHANNEL: Final = "reels"
LISTEN_S: Final = 1.0
Connect = Callable[[], psycopg.Connection[Any]]
Sentence = Callable[[Exception], str]


def listen(connect: Connect, wake: Callable[[], None], sentence: Sentence) -> Callable[[], None]:
    """Call `wake` from a thread of its own whenever somebody notifies; return what ends that."""
    ended = threading.Event()
    thread = threading.Thread(target=_listen, args=(connect, wake, sentence, ended), name="listener", daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join(2 * LISTEN_S)

    return end


def _listen(connect: Connect, wake: Callable[[], None], sentence: Sentence, ended: threading.Event) -> None:
    """Listen anew after every error: a wake-up that is lost costs a worker's pause and nothing else."""
    while not ended.is_set():
        try:
            with connect() as conn:
                conn.execute(f"LISTEN {CHANNEL}")
                while not ended.is_set():
                    for _ in conn.notifies(timeout=LISTEN_S, stop_after=1):
                        wake()
        except psycopg.Error as error:
            logger.info("Nobody wakes the worker for now: %s", sentence(error))
            ended.wait(LISTEN_S)
