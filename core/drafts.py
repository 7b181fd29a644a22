"""Hold a reel that is being written; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.models import Reel, new_key
from core.presets import Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Hold the words and choices of a reel before it is submitted.

    `key` becomes the reel's idempotency key, so that submitting a draft twice makes one reel; it cannot be guessed.
    """

    key: str = field(default_factory=new_key)
    owner: str = ""
    title: str = ""
    script: str = ""
    choices: Choices = field(default_factory=Choices)
    updated_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing has been written yet."""
        return not self.title.strip() and not self.script.strip()

    def reel(self) -> Reel:
        """Return the reel that this draft asks for."""
        chosen = self.choices
        return Reel(
            title=self.title,
            script=self.script,
            avatar_id=chosen.avatar_id,
            voice_id=chosen.voice_id,
            aspect_ratio=chosen.aspect_ratio,
            options=chosen.options,
            account=chosen.account,
            idempotency_key=self.key,
        )


def asks_the_same(stored: Reel, wanted: Reel) -> bool:
    """Tell whether a stored reel is what is wanted; what nobody named was chosen since."""
    names = ("title", "script", "aspect_ratio", "options")
    of_choice = ("avatar_id", "voice_id", "account")
    chosen = all(getattr(wanted, name) in ("", getattr(stored, name)) for name in of_choice)
    return chosen and all(getattr(stored, name) == getattr(wanted, name) for name in names)
