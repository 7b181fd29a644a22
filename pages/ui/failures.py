"""Explain a failure to the viewer in plain words."""

from __future__ import annotations

from core.failures import sentence
from pages.ui.language import _


def plain_words(code: str | None) -> str:
    """Say what a failure code means and what to do, in one or two sentences."""
    return _(sentence(code))
