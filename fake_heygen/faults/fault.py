"""One row of the vocabulary: how a fault is written, where it takes hold, what a sound client makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """The chapters of the table."""

    RENDER = "render"
    DELIVERIES = "deliveries"
    AUTHENTICITY = "authenticity"
    CONTENT = "content"
    MEANING = "meaning"
    TRANSPORT = "transport"
    ANSWERS = "answers"
    FILES = "files"


class Point(StrEnum):
    """The fixed places of the simulation where a fault takes hold; a row without one shapes the fate itself."""

    STATUS = "status"
    ANSWER_CREATE = "answer-create"
    ANSWER_READ = "answer-read"
    ANSWER_GET = "answer-get"
    ANSWER_STATUSES = "answer-statuses"
    SCHEDULE = "schedule-deliveries"
    PAYLOAD = "build-payload"
    DOCUMENT = "build-document"
    BODY = "write-body"
    SIGN = "sign"
    WIRE = "send"
    RETRY = "retry"
    ENDPOINT = "endpoint"
    LINK = "link"
    FILE = "file"
    SPELL = "spell"


class Argument(StrEnum):
    """What may stand behind a colon, or as the value of a row without a word."""

    DURATION = "duration"
    COUNT = "count"
    CODE = "code"
    TEXT = "text"


class Scope(StrEnum):
    """Whom a fault strikes: the video that asked for it, or everything of the account."""

    VIDEO = "video"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row: how it is written, where it takes hold, what it does and what a sound client makes of it."""

    key: str
    word: str = ""
    arguments: tuple[Argument, ...] = ()
    default: str | None = None
    points: tuple[Point, ...] = ()
    group: Group
    scope: Scope = Scope.VIDEO
    endless: bool = False
    does: str
    sound_client: str

    @property
    def name(self) -> str:
        """Return how the fault is written, without its arguments."""
        return f"{self.key}={self.word}" if self.word else self.key

    @property
    def grammar(self) -> str:
        """Return how the fault is written, with its arguments."""
        if not self.arguments:
            return self.name
        shape = ":".join(f"<{argument.value}>" for argument in self.arguments)
        if not self.word:
            return f"{self.key}={shape}"
        return f"{self.name}[:{shape}]" if self.default is not None else f"{self.name}:{shape}"


class Family:
    """Write rows that share group, key and points."""

    def __init__(self, group: Group, key: str, *points: Point, scope: Scope = Scope.VIDEO) -> None:
        self._group = group
        self._key = key
        self._points = points
        self._scope = scope

    def __call__(
        self,
        word: str,
        does: str,
        sound_client: str,
        *arguments: Argument,
        default: str | None = None,
        endless: bool = False,
    ) -> Fault:
        """Return one row."""
        return Fault(
            key=self._key,
            word=word,
            arguments=arguments,
            default=default,
            points=self._points,
            group=self._group,
            scope=self._scope,
            endless=endless,
            does=does,
            sound_client=sound_client,
        )
