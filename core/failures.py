"""Explain a failure in plain words, by HeyGen's code: what happened and what to do next."""

from __future__ import annotations

from typing import Final

from core.translation import mark

_CREDIT: Final = mark("HeyGen has no credit left for this video. Top up the account, then retry.")
_AVATAR: Final = mark("HeyGen cannot use this avatar. Make a new reel with another avatar.")
_VOICE: Final = mark("HeyGen cannot use this voice. Make a new reel with another voice.")
_SCRIPT: Final = mark("HeyGen cannot speak this script. Change its wording and make a new reel.")
_LIMIT: Final = mark(
    "The account has reached a limit at HeyGen. Wait for it to be reset, or raise the plan; then retry."
)
_PLAN: Final = mark("The account's plan at HeyGen does not include this. Change the plan, or the reel.")
_RENDER: Final = mark("HeyGen could not make the video. A retry often helps; it is a new attempt.")
_SERVICE: Final = mark("HeyGen had a fault of its own. Retry in some minutes.")
_ACCESS: Final = mark("HeyGen does not let this account do that. Check the key and what the account may use.")
_FILE: Final = mark("HeyGen could not fetch or read a file that the reel uses. Check it, then retry.")
_SETTING: Final = mark("HeyGen does not accept one of the reel's details. Make a new reel with it changed.")
_GONE: Final = mark("HeyGen no longer knows this video. Retry to have it made again.")
_POLICY: Final = mark("HeyGen refuses this content by its rules. Change the script and make a new reel.")
OTHER: Final = mark("HeyGen did not make the video. Its own words are below; a retry is a new attempt.")

CHANGE_FIRST: Final = frozenset({_AVATAR, _VOICE, _SCRIPT, _SETTING, _POLICY})

SENTENCES: Final = {
    "insufficient_credit": _CREDIT,
    "MOVIO_PAYMENT_INSUFFICIENT_CREDIT": _CREDIT,
    "subscription_required": _PLAN,
    "plan_upgrade_required": _PLAN,
    "avatar_not_found": _AVATAR,
    "avatar_not_usable": _AVATAR,
    "avatar_consent_required": _AVATAR,
    "avatar_expired": _AVATAR,
    "voice_not_found": _VOICE,
    "voice_not_usable": _VOICE,
    "voice_expired": _VOICE,
    "voice_unavailable": _VOICE,
    "voice_provider_error": _SERVICE,
    "script_too_short": _SCRIPT,
    "tts_text_invalid": _SCRIPT,
    "content_policy_violation": _POLICY,
    "video_too_long": _SCRIPT,
    "invalid_parameter": _SETTING,
    "resource_limit_reached": _LIMIT,
    "quota_exceeded": _LIMIT,
    "trial_limit_exceeded": _LIMIT,
    "rate_limit_exceeded": _LIMIT,
    "download_failed": _FILE,
    "no_audio_track": _FILE,
    "asset_not_available": _FILE,
    "payload_too_large": _FILE,
    "unauthorized": _ACCESS,
    "authentication_failed": _ACCESS,
    "forbidden": _ACCESS,
    "resource_access_denied": _ACCESS,
    "not_found": _GONE,
    "video_not_found": _GONE,
    "resource_not_found": _GONE,
    "rendering_failed": _RENDER,
    "internal_error": _SERVICE,
    "service_unavailable": _SERVICE,
    "gateway_timeout": _SERVICE,
}


def retry_helps(code: str | None) -> bool:
    """Tell whether the same reel could succeed if it were tried again; where not, it must be changed first."""
    return sentence(code) not in CHANGE_FIRST


def sentence(code: str | None) -> str:
    """Return what a failure code means and what to do, in one or two sentences that are to be translated."""
    return SENTENCES.get(code or "", OTHER)
