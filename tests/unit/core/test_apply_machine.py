"""Let news of several reels come through `apply` in any order, twice, late and contradicting, on a real database."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from core.errors import Refused
from core.models import Channel, Observation, Reel, ReelStatus, RemoteStatus
from tests.factories import NOW, a_house, a_video

STATUSES = st.sampled_from(["completed", "failed", "processing", "waiting", "not_found", "melting"])
CHANNELS = st.sampled_from(list(Channel))
LINKS = st.sampled_from(["https://files.test/a.mp4", "https://files.test/b.mp4", None])
MODES = st.sampled_from(["webhook", "polling", "hybrid"])
MINUTES = st.integers(-10_000, 10_000)
ENDS = {RemoteStatus.COMPLETED: ReelStatus.COMPLETED, RemoteStatus.FAILED: ReelStatus.FAILED}


class NewsOfReels(RuleBasedStateMachine):
    """Hold beside the product what may have become of each reel, and compare after every step."""

    videos: Bundle[str] = Bundle("videos")
    told: Bundle[Observation] = Bundle("told")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house = a_house("hybrid", database_url=f"sqlite:///{self.folder.name}/reels.db", max_concurrent=1000)
        self.reels: dict[int, Reel] = {}
        self.owner: dict[str, int] = {}
        self.past: set[str] = set()
        self.moves: Counter[int] = Counter()

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.store.close()
            self.folder.cleanup()

    @rule(target=videos, mode=MODES)
    def submit(self, mode: str) -> str:
        reel = self.house.stored("processing", mode=mode, video_id=f"first-{len(self.reels)}")
        assert reel.id is not None
        assert reel.video_id is not None
        self.reels[reel.id], self.owner[reel.video_id] = reel, reel.id
        return reel.video_id

    @rule(target=told, video=videos, status=STATUSES, channel=CHANNELS, link=LINKS, minutes=MINUTES)
    def news(self, video: str, status: str, channel: Channel, link: str | None, minutes: int) -> Observation:
        heard = a_video(status, video_id=video, video_url=link if status == "completed" else None)
        seen = Observation(video=heard, channel=channel, at=NOW + timedelta(minutes=minutes))
        self.hear(seen)
        return seen

    @rule(seen=told)
    def the_same_again(self, seen: Observation) -> None:
        self.hear(seen)

    @rule(seen=consumes(told), channel=CHANNELS, minutes=MINUTES)
    def the_same_later_by_another_way(self, seen: Observation, channel: Channel, minutes: int) -> None:
        self.hear(Observation(video=seen.video, channel=channel, at=seen.at + timedelta(minutes=minutes)))

    @rule(minutes=MINUTES)
    def news_of_a_foreign_video(self, minutes: int) -> None:
        foreign = a_video("completed", video_id="nobody's")
        seen = Observation(video=foreign, channel=Channel.WEBHOOK, at=NOW + timedelta(minutes=minutes))
        assert self.house.processor.apply(seen) is None

    @rule(video=videos)
    def deadline(self, video: str) -> None:
        before = self.reels[self.owner[video]]
        self.house.processor.time_out(before, NOW)
        if before.status is ReelStatus.PROCESSING:
            self.moved(before, ReelStatus.TIMED_OUT)

    @rule(target=videos, video=videos, remote=st.sampled_from(["failed", "completed", "processing"]))
    def retry(self, video: str, remote: str) -> object:
        before = self.reels[self.owner[video]]
        assert before.id is not None
        assert before.video_id is not None
        self.house.wire.finish(before.video_id, remote)
        try:
            after = self.house.processor.retry(before.id)
        except Refused:
            return multiple()
        assert before.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT}, "only what has not succeeded is tried again"
        if after.status is ReelStatus.COMPLETED:
            assert remote == "completed", "HeyGen's word was asked before"
            self.moved(before, ReelStatus.COMPLETED)
            return multiple()
        assert remote == "failed", "a video that HeyGen has or makes is never paid for again"
        assert after.attempt == before.attempt + 1
        self.past.add(before.video_id)
        self.moves[before.id] += 1  # back to pending
        [claimed] = self.house.processor.submission.claim(after.send_after or NOW, 1, only=after.id)
        sent = self.house.processor.submission.send(claimed)
        assert sent.video_id is not None
        self.owner[sent.video_id] = before.id
        self.moved(sent, ReelStatus.PROCESSING)
        return sent.video_id

    def hear(self, seen: Observation) -> None:
        """Apply news, and hold its effect against what that news may do at all."""
        reel_id = self.owner[seen.video.video_id]
        before = self.reels[reel_id]
        transition = self.house.processor.apply(seen)
        after = self.house.store.reels.get(reel_id)
        if seen.video.video_id in self.past:
            assert transition is None
            assert after == before
        if after.status is not before.status:
            assert after.status is ENDS[seen.video.status]
            assert before.status is not ReelStatus.COMPLETED
            assert before.status is not ReelStatus.FAILED or seen.channel is Channel.MANUAL
            assert (after.detected_by, after.detected_at) == (seen.channel, seen.at)
            self.moved(after, after.status)
        elif before.status.is_terminal:
            assert (after.detected_by, after.detected_at) == (before.detected_by, before.detected_at)
        self.reels[reel_id] = after

    def moved(self, reel: Reel, becomes: ReelStatus) -> None:
        assert reel.id is not None
        self.moves[reel.id] += 1
        self.reels[reel.id] = self.house.store.reels.get(reel.id)
        assert self.reels[reel.id].status is becomes

    @invariant()
    def every_reel_is_as_it_was_left_and_its_timeline_has_each_change_once(self) -> None:
        for reel_id, known in getattr(self, "reels", {}).items():
            stored = self.house.store.reels.get(reel_id)
            assert stored == known
            changes = [kind for kind in self.house.kinds(stored) if kind in list(ReelStatus)]
            assert len(changes) == self.moves[reel_id]
            if stored.status is ReelStatus.COMPLETED:
                assert stored.video_url
                assert stored.failure_code is None

    @invariant()
    def the_counts_are_right(self) -> None:
        if hasattr(self, "house"):
            counted = Counter(reel.status for reel in self.reels.values())
            assert self.house.store.reels.counts() == {status: counted[status] for status in ReelStatus}


NewsOfReels.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestNewsOfReels = NewsOfReels.TestCase
