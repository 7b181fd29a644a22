"""The control routes that teach: the faults, how words are written, the types of events."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data, json_response
from fake_heygen.errors import invalid
from fake_heygen.event import DESCRIPTIONS
from fake_heygen.faults import BY_NAME, FAULTS, Fault
from fake_heygen.fields import Fields
from fake_heygen.magic import read_words
from fake_heygen.order import read_object
from fake_heygen.vocabulary import VocabularyError
from fake_heygen.written import fate, magic, rule, sample


class Vocabulary:
    """Handle what /_sim knows of words."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sim/faults", self.faults, methods=["GET"]),
            Route("/_sim/words", self.words, methods=["POST"]),
            Route("/_sim/event-types", self.event_types, methods=["GET"]),
        ]

    async def faults(self, _request: Request) -> Response:
        """List the vocabulary of faults, each with an example in magic words and in TOML."""
        return data([_row(fault) for fault in FAULTS])

    async def words(self, request: Request) -> Response:
        """Read magic words and write them in both ways; a wrong one is refused with the sentence that teaches."""
        text = Fields(read_object(await request.body())).required("words")
        try:
            effects = read_words(text)
        except VocabularyError as error:
            raise invalid("words", str(error)) from error
        if not effects:
            raise invalid("words", "words must hold one word at least")
        rows = [_row(BY_NAME[effect.name]) for effect in effects]
        return json_response({"magic": magic(effects), "toml": rule(effects), "fate": fate(effects), "data": rows})

    async def event_types(self, _request: Request) -> Response:
        """List the types of events that can be triggered."""
        return data([{"event_type": name, "description": text} for name, text in DESCRIPTIONS.items()])


def _row(fault: Fault) -> dict[str, Any]:
    shown = sample(fault)
    return {
        "name": fault.name,
        "grammar": fault.grammar,
        "key": fault.key,
        "word": fault.word,
        "arguments": list(fault.arguments),
        "default": fault.default,
        "group": fault.group,
        "scope": fault.scope,
        "points": list(fault.points),
        "does": fault.does,
        "sound_client": fault.sound_client,
        "magic": magic([shown]),
        "toml": rule([shown]),
    }
