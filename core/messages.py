"""Put into words what is told to people outside: pure but for the catalogue. User text is cut, cleaned and disarmed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.failures import SENTENCES
from core.models import Ended, ReelStatus
from core.translation import mark, translate

NAMED: Final = 10
LONGEST: Final = 80
LATE: Final = timedelta(minutes=10)
DOUBT: Final = "doubt"
JOINER: Final = "\N{WORD JOINER}"

_HEADS: Final = {
    ReelStatus.COMPLETED: mark("Ready: {title}"),
    ReelStatus.FAILED: mark("Failed: {title}"),
    ReelStatus.TIMED_OUT: mark("No news: {title}"),
}
_NO_NEWS: Final = mark(
    "HeyGen gave no news until the deadline. The reel still completes if news comes; a retry asks HeyGen first."
)
_NOT_MADE: Final = mark("HeyGen did not make the video. A retry is a new attempt.")
_ONE: Final = {
    ReelStatus.COMPLETED: mark("1 done"),
    ReelStatus.FAILED: mark("1 failed"),
    ReelStatus.TIMED_OUT: mark("1 without news"),
    DOUBT: mark("1 to be decided"),
}
_MANY: Final = {
    ReelStatus.COMPLETED: mark("{n} done"),
    ReelStatus.FAILED: mark("{n} failed"),
    ReelStatus.TIMED_OUT: mark("{n} without news"),
    DOUBT: mark("{n} to be decided"),
}


class Mood(StrEnum):
    """Say whether a message is good news; targets show it by a colour or a sign."""

    SUCCESS = "success"
    FAILURE = "failure"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold what is sent: plain text, whatever the target makes of it."""

    title: str
    body: str
    mood: Mood


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Put things into one language, with links where the address of the pages is known."""

    language: str
    pages: str | None

    def of_reel(self, ended: Ended, now: datetime) -> Message:
        """Tell of one reel."""
        title = self._say(_HEADS[ended.status], title=self._name(ended))
        lines = [self._reason(ended), *self._late(ended.at, now), *self._link(f"/reel?id={ended.reel_id}")]
        return Message(title=title, body="\n".join(lines), mood=_mood([ended.status]))

    def of_reels(self, ended: Sequence[Ended], now: datetime) -> Message:
        """Tell of many reels in a digest; those that went wrong are named."""
        counts: dict[str, int] = {status: sum(each.status is status for each in ended) for status in _HEADS}
        title = self._say(mark("{n} reels: {counts}"), n=len(ended), counts=self._counts(counts))
        wrong = [each for each in ended if each.status is not ReelStatus.COMPLETED]
        last = max(each.at for each in ended)
        lines = [*self._list(wrong, len(wrong)), *self._late(last, now), *self._link("/reels")]
        return Message(title=title, body=self._body(lines), mood=_mood(each.status for each in ended))

    def of_campaign(self, name: str, counts: Mapping[str, int], wrong: Sequence[Ended], path: str) -> Message:
        """Tell of a campaign that has come to rest; `wrong` has the first of those that went wrong."""
        shown = {state: counts.get(state, 0) for state in _MANY}
        title = self._say(mark("Campaign {name}: {counts}"), name=clean(name), counts=self._counts(shown))
        total = counts.get(ReelStatus.FAILED, 0) + counts.get(ReelStatus.TIMED_OUT, 0)
        lines = [*self._list(wrong, total), *self._link(path)]
        return Message(title=title, body=self._body(lines), mood=_mood(state for state, n in shown.items() if n))

    def of_test(self) -> Message:
        """Tell that messages arrive."""
        body = self._say(mark("Messages about reels and campaigns arrive here."))
        return Message(title=self._say(mark("Test message")), body=body, mood=Mood.INFO)

    def _say(self, template: str, **values: object) -> str:
        return translate(template, self.language).format(**values)

    def _name(self, ended: Ended) -> str:
        return clean(ended.title) or self._say(mark("Reel {id}"), id=ended.reel_id)

    def _counts(self, counts: Mapping[str, int]) -> str:
        told = ((state, n) for state, n in counts.items() if n)
        return ", ".join(self._say(_ONE[state]) if n == 1 else self._say(_MANY[state], n=n) for state, n in told)

    def _reason(self, ended: Ended) -> str:
        if ended.status is ReelStatus.COMPLETED:
            return self._say(mark("The reel is ready."))
        if ended.status is ReelStatus.TIMED_OUT:
            return self._say(_NO_NEWS)
        return self._say(SENTENCES.get(ended.failure_code or "", _NOT_MADE))

    def _list(self, ended: Sequence[Ended], total: int) -> list[str]:
        named = [f"– {self._name(each)}: {self._reason(each).partition('. ')[0].rstrip('.')}" for each in ended[:NAMED]]
        rest = total - len(named)
        return [*named, self._say(mark("… and {n} more"), n=rest)] if rest > 0 else named

    def _late(self, at: datetime, now: datetime) -> list[str]:
        if now - at <= LATE:
            return []
        return [self._say(mark("That was at {time} UTC."), time=at.strftime("%Y-%m-%d %H:%M"))]

    def _link(self, path: str) -> list[str]:
        return [] if self.pages is None else [self._say(mark("Open: {link}"), link=self.pages + path)]

    def _body(self, lines: Sequence[str]) -> str:
        return "\n".join(lines) or self._say(mark("Nothing went wrong."))


def clean(text: str) -> str:
    """Return a user's text on one line, cut, without what targets could take for markup, a command or a mention."""
    kept = (char if unicodedata.category(char)[0] != "C" or char == "\N{ZERO WIDTH JOINER}" else " " for char in text)
    words = " ".join("".join(kept).split())
    cut = words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
    return cut.replace("<", "‹").replace(">", "›").replace("@", f"@{JOINER}")


def _mood(states: Iterable[str]) -> Mood:
    found = set(states)
    if ReelStatus.FAILED in found:
        return Mood.FAILURE
    return Mood.WARNING if found - {ReelStatus.COMPLETED} else Mood.SUCCESS
