from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fake_heygen.fate import Fate, settle
from fake_heygen.magic import read_words
from fake_heygen.video import Video
from fake_heygen.video_request import VideoRequest, read_video_request

VideoFactory = Callable[..., Video]


@pytest.fixture
def body() -> Callable[..., dict[str, Any]]:
    def make(**fields: Any) -> dict[str, Any]:
        usual = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "Hola a todos."}
        return {key: value for key, value in (usual | fields).items() if value is not ...}

    return make


@pytest.fixture
def video(body: Callable[..., dict[str, Any]]) -> VideoFactory:
    def make(words: str = "", *, drawn_s: float = 100.0, created_at: float = 1000.0, **fields: Any) -> Video:
        fate: Fate = settle(drawn_s, (), read_words(words))
        request: VideoRequest = read_video_request(body(**fields))
        return Video(
            video_id="a" * 32,
            ordinal=1,
            request=request,
            spoken=request.script,
            voice_id="c877ba2d88594ac7c9ee5db51dbcc571",
            fate=fate,
            created_at=created_at,
            duration_s=3.0,
            price=0.15,
        )

    return make
