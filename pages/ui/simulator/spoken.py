"""Say what the simulator tells of itself (its faults, scenarios, verdicts) in the viewer's language."""

from __future__ import annotations

from pages.ui.language import _


def said(sentence: str) -> str:
    """Translate a sentence of the simulator's; one that is not known stays as it is."""
    return _(sentence)
