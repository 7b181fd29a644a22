"""Carry reels through HeyGen in three processing modes, and know the truth about each."""

from core.dashboard import get_processing_dashboard
from core.models import ProcessingMode, Reel, ReelStatus
from core.processor import HeyGenVideoProcessor

__all__ = ["HeyGenVideoProcessor", "ProcessingMode", "Reel", "ReelStatus", "get_processing_dashboard"]
