"""Send deliveries through nginx without a pause."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from core.signature import sign
from tests.deploy.front import SECRET, Front
from tests.support.waiting import wait_for

ACCOUNT = "/webhooks/heygen"
SENDERS = 4


def a_delivery(number: str, padding: int = 0) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(
        {
            "event_type": "avatar_video.success",
            "event_data": {"video_id": f"v{number}", "url": "https://files.test/v.mp4", "pad": "x" * padding},
        }
    ).encode()
    return body, {"Signature": sign(body, SECRET), "Content-Type": "application/json"}


class Load:
    """Send deliveries through nginx without a pause, and keep what was answered."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._stopping = threading.Event()
        self.answers: Counter[int | str] = Counter()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]

    def _send(self, sender: int) -> None:
        with self._front.client() as client:
            number = 0
            while not self._stopping.is_set():
                number += 1
                body, headers = a_delivery(f"{sender}-{number}")
                try:
                    answer: int | str = client.post(ACCOUNT, content=body, headers=headers).status_code
                except httpx.HTTPError as error:
                    answer = repr(error)
                self.answers[answer] += 1

    def more(self, n: int) -> None:
        """Let as many further deliveries be answered."""
        wanted = self.answers.total() + n
        wait_for(lambda: self.answers.total() >= wanted, timeout_s=30, what=f"{n} more answers")

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()
