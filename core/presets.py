"""Hold what can be chosen for a reel beside its words, and such choices kept under a name; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import InvalidPreset
from core.models import Reel
from core.options import Staging, staging_of

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Hold which account makes it, who speaks, in which shape, and how it looks and sounds (HeyGen's `options`)."""

    avatar_id: str = ""
    voice_id: str = ""
    aspect_ratio: str = "9:16"
    options: Mapping[str, Any] = field(default_factory=dict)
    account: str = ""

    @property
    def staging(self) -> Staging:
        """Return captions, background, speed and pitch."""
        return staging_of(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Hold choices under a name, in a campaign (empty: in none); the pair is unique."""

    name: str
    campaign: str = ""
    choices: Choices = field(default_factory=Choices)
    id: int | None = None


def choices_of(reel: Reel) -> Choices:
    """Return what was chosen for a reel."""
    return Choices(
        avatar_id=reel.avatar_id,
        voice_id=reel.voice_id,
        aspect_ratio=reel.aspect_ratio,
        options=reel.options,
        account=reel.account,
    )


def named(name: str, campaign: str, choices: Choices) -> Preset:
    """Return a preset to keep; raises InvalidPreset for a name that cannot be found again."""
    name, campaign = " ".join(name.split()), " ".join(campaign.split())
    if not name:
        raise InvalidPreset("The preset has no name: give it one that you will recognise.")
    if max(len(name), len(campaign)) > LONGEST_NAME:
        raise InvalidPreset("A name has at most {limit} characters: shorten it.", limit=LONGEST_NAME)
    return Preset(name=name, campaign=campaign, choices=choices)
