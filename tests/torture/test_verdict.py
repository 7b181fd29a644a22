"""The judge is judged: each kind of broken promise, made by hand, is found, and a true history is not accused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.torture.verdict import KINDS, Answered, Entry, History, Kept, Recorded, Submitted, Video, judge

BODY = b'{"event_type":"avatar_video.success","event_data":{"video_id":"v1"}}'


def timeline(*kinds: str) -> tuple[Entry, ...]:
    return tuple(Entry(id=n, at=float(n), kind=kind) for n, kind in enumerate(kinds, 1))


def video(**fields: Any) -> Video:
    base: dict[str, Any] = {"video_id": "v1", "title": "one", "key": "k1", "outcome": "completed", "terminal_at": 9.0}
    return Video(**base | fields)


def kept(**fields: Any) -> Kept:
    base: dict[str, Any] = {"id": 1, "title": "one", "status": "completed", "key": "k1", "video_id": "v1"}
    base |= {"video_url": "https://files/v1", "detected_by": "webhook", "detected_at": 9.5}
    return Kept(**base | {"timeline": timeline("pending", "sending", "processing", "completed")} | fields)


def answered(**fields: Any) -> Answered:
    base: dict[str, Any] = {"who": "HeyGen", "what": "success", "reel_id": 1, "body": BODY, "status": 200}
    return Answered(**base | {"allowed": frozenset({200})} | fields)


def history(**fields: Any) -> History:
    base: dict[str, Any] = {
        "submitted": (Submitted(titles=("one",), acknowledged=True),),
        "videos": (video(),),
        "reels": (kept(),),
        "deliveries": (Recorded(reel_id=1, body=BODY, video_id="v1"),),
        "answers": (answered(),),
        "logs": {"serve.log": "Webhook procesado: 200"},
        "secrets": {"whsec_0123456789abcdef": "signing secret"},
        "marker": "evil",
    }
    return History(**base | fields)


def kinds(seen: History) -> set[str]:
    return {kind for kind, findings in judge(seen).items() if findings}


PROCESSING = timeline("pending", "processing")
RETRIED = ("pending", "processing", "failed", "retry", "pending", "processing", "completed")
FAILED_FIRST = video(video_id="v0", key="k0", outcome="failed", terminal_at=3.0)

TRUE = {
    "a completed reel": history(),
    "a failed one that was retried": history(
        videos=(FAILED_FIRST, video()),
        reels=(kept(attempt=2, past=("v0",), timeline=timeline(*RETRIED)),),
    ),
    "one that HeyGen never ends": history(
        videos=(video(outcome=None, terminal_at=None),),
        reels=(
            kept(
                status="timed_out",
                detected_by=None,
                timeline=timeline("pending", "processing", "timed_out"),
            ),
        ),
        deliveries=(),
        answers=(),
    ),
    "one whose link HeyGen never tells": history(
        videos=(video(has_link=False),),
        reels=(kept(status="timed_out", detected_by=None, timeline=timeline("pending", "processing", "timed_out")),),
        deliveries=(),
        answers=(),
    ),
    "a body that the journal shows only roughly": history(answers=(answered(), answered(body=b"?", exact=False))),
    "a lie about one that HeyGen never ends, which is still being asked for": history(
        videos=(video(outcome=None, terminal_at=None),),
        reels=(kept(status="processing", detected_by=None, timeline=PROCESSING),),
        deliveries=(
            Recorded(reel_id=1, body=BODY, video_id="v1", verdict="unconfirmed", waiting=True),
            Recorded(reel_id=1, body=b"of no video", video_id=None, verdict="unconfirmed", waiting=True),
        ),
    ),
    "a submission that was cut off before it was stored": history(
        submitted=(Submitted(titles=("one",), acknowledged=True), Submitted(titles=("a", "b"), acknowledged=False))
    ),
    "a refused lie": history(
        answers=(answered(), answered(who="attacker", status=401, allowed=frozenset({401}), body=b"lie"))
    ),
    "a receiver that was down or busy": history(answers=(answered(), answered(status=None), answered(status=503))),
    "a duplicate that is counted on its first": history(
        deliveries=(Recorded(reel_id=1, body=BODY, video_id="v1", seen=2),), answers=(answered(), answered())
    ),
    "a signed delivery that was given its reel later": history(
        deliveries=(Recorded(reel_id=1, body=BODY, video_id="v1", auth="signature"),),
        answers=(answered(reel_id=None, auth="signature"),),
    ),
    "a delivery that names no video": history(
        deliveries=(Recorded(reel_id=1, body=BODY, video_id=None),),
    ),
    "an end after the simulated clock was moved": history(videos=(video(terminal_at=9_000_000.0),), skewed_from=100.0),
}

WRONG = {
    "lost": {
        "an acknowledged reel is missing": history(submitted=(Submitted(titles=("one", "two"), acknowledged=True),)),
        "half of a submission that was cut off is stored": history(
            submitted=(Submitted(titles=("one", "two"), acknowledged=False),)
        ),
        "a paid video belongs to no reel": history(videos=(video(), video(video_id="v2", key="k2", title="two"))),
        "a paid video of this reel is not known to it": history(
            videos=(video(), video(video_id="v2", key="k2")),
            reels=(kept(attempt=2, timeline=timeline(*RETRIED)),),
        ),
        "the present key was paid for and the reel has no video": history(
            reels=(kept(status="pending", video_id=None, detected_by=None, timeline=timeline("pending")),)
        ),
    },
    "stuck": {
        "processing although HeyGen ended it": history(
            reels=(kept(status="processing", detected_by=None, timeline=PROCESSING),)
        ),
        "timed out although HeyGen ended it": history(
            reels=(kept(status="timed_out", detected_by=None, timeline=timeline("pending", "processing", "timed_out")),)
        ),
        "never sent": history(
            videos=(), reels=(kept(status="pending", video_id=None, detected_by=None, timeline=timeline("pending")),)
        ),
        "a delivery is not worked off": history(
            deliveries=(Recorded(reel_id=1, body=BODY, video_id="v1", waiting=True),)
        ),
    },
    "wrong": {
        "failed although it succeeded": history(
            reels=(kept(status="failed", timeline=timeline("pending", "processing", "failed")),)
        ),
        "completed although it failed": history(videos=(video(outcome="failed"),)),
        "completed although HeyGen never ended it": history(videos=(video(outcome=None, terminal_at=None),)),
        "another reel's video": history(videos=(video(title="two"),)),
        "a video that nobody made": history(videos=()),
        "completed without a link": history(reels=(kept(video_url=None),)),
        "news of its own video is put aside as another's": history(
            reels=(kept(detected_by="poll"),),
            deliveries=(Recorded(reel_id=1, body=BODY, video_id="v1", verdict="other_video"),),
        ),
        "completed although its link was never told": history(videos=(video(has_link=False),)),
        "stored twice": history(reels=(kept(), kept(id=2, video_id=None, status="failed"))),
    },
    "charged twice": {
        "two videos in one attempt": history(videos=(video(), video(video_id="v2", key="k2"))),
        "two charges of one video": history(videos=(video(charges=2),)),
        "two videos of one key": history(videos=(video(), video(video_id="v2"))),
        "a success is made again": history(
            videos=(replace(FAILED_FIRST, outcome="completed"), video()),
            reels=(kept(attempt=2, past=("v0",), timeline=timeline(*RETRIED)),),
        ),
    },
    "forged accepted": {
        "the attacker's words stand in a reel": history(reels=(kept(words="completed https://evil/1.mp4"),)),
        "completed before it was true": history(reels=(kept(detected_at=5.0),)),
        "a lie is answered 200": history(
            answers=(answered(), answered(who="attacker", allowed=frozenset({401}))),
            deliveries=(Recorded(reel_id=1, body=BODY, video_id="v1", seen=2),),
        ),
    },
    "refused": {
        "a genuine delivery is not believed": history(answers=(answered(status=401),)),
        "a lie breaks the receiver": history(
            answers=(answered(), answered(who="attacker", status=500, allowed=frozenset({400})))
        ),
    },
    "unrecorded": {
        "an acknowledged delivery is not stored": history(answers=(answered(), answered(body=BODY + b" "))),
        "a duplicate is not counted": history(answers=(answered(), answered())),
        "it is stored at another reel": history(
            deliveries=(Recorded(reel_id=2, body=BODY, video_id="v1"),),
        ),
    },
    "timeline": {
        "it goes on after the end": history(
            reels=(kept(timeline=timeline("pending", "processing", "completed", "failed", "completed")),)
        ),
        "it says the end twice": history(
            reels=(kept(timeline=timeline("pending", "processing", "completed", "completed")),)
        ),
        "it lacks the end": history(reels=(kept(timeline=PROCESSING),)),
        "it is empty": history(reels=(kept(timeline=()),)),
        "it is shown in another order than it happened": history(
            videos=(video(outcome=None, terminal_at=None),),
            reels=(
                kept(
                    status="timed_out",
                    detected_by=None,
                    timeline=(
                        Entry(id=1, at=1.0, kind="pending"),
                        Entry(id=3, at=2.0, kind="processing"),
                        Entry(id=2, at=3.0, kind="timed_out"),
                    ),
                ),
            ),
            deliveries=(),
            answers=(),
        ),
        "learned by a webhook that nobody sent": history(deliveries=(), answers=()),
        "two deliveries claim to have brought the news": history(
            deliveries=(
                Recorded(reel_id=1, body=BODY, video_id="v1"),
                Recorded(reel_id=1, body=b"{}", video_id="v1"),
            )
        ),
    },
    "log": {
        "a traceback": history(logs={"serve.log": "ok\nTraceback (most recent call last):"}),
        "a locked database": history(logs={"serve.log": "StoreError: database is locked"}),
        "a process that ended by itself": history(complaints=(("log", "worker ended by itself with 1"),)),
    },
    "secret": {
        "in a log": history(logs={"serve.log": "signed with whsec_0123456789abcdef!"}),
        "in the store": history(stored=b"\0\0xwhsec_0123456789abcdefx\0"),
    },
}


@pytest.mark.parametrize("case", TRUE)
def test_a_true_history_is_not_accused(case: str) -> None:
    assert judge(TRUE[case]) == {kind: [] for kind in KINDS}


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind, cases in WRONG.items() for case in cases])
def test_a_broken_promise_is_found(kind: str, case: str) -> None:
    assert kind in kinds(WRONG[kind][case])


def test_every_kind_has_a_broken_promise() -> None:
    assert set(WRONG) == set(KINDS)
