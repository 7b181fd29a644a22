"""Magic words: a script that ends in `[[sim: key=value …]]` chooses its own fate."""

from __future__ import annotations

import re

from fake_heygen.vocabulary import Effect, VocabularyError, read_effect

OPENING = re.compile(r"\[\[\s*sim\s*:", re.IGNORECASE)
CLOSED = re.compile(r"\[\[\s*sim\s*:(?P<words>(?:(?!\]\]).)*)\]\]\s*\Z", re.IGNORECASE | re.DOTALL)
TOKEN = re.compile(r"""\s*(?P<key>\w+)=(?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>[^\s"“]+))(?=\s|\Z)""")


def split_script(script: str) -> tuple[str, tuple[Effect, ...]]:
    """Return the words that are spoken and the fate that the script chooses."""
    opening = OPENING.search(script)
    if opening is None:
        return script.strip(), ()
    closed = CLOSED.match(script, opening.start())
    if closed is None:
        raise VocabularyError("[[sim: …]] must be the last thing in the script, closed by ]]")
    return script[: opening.start()].strip(), read_words(closed["words"])


def read_words(words: str) -> tuple[Effect, ...]:
    """Read `key=value key="a text"` into effects, strictly."""
    effects: list[Effect] = []
    position, end = 0, len(words.rstrip())
    while position < end:
        token = TOKEN.match(words, position)
        if token is None:
            raise VocabularyError(f'cannot read {words[position:end].strip()!r}; write key=value or key="a text"')
        value = next(token[name] for name in ("quoted", "curly", "bare") if token[name] is not None)
        effects.append(read_effect(token["key"].lower(), value))
        position = token.end()
    return tuple(effects)
