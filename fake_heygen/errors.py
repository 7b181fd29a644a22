"""HeyGen's errors: one table of codes, one constructor, one envelope.

ApiError
"""

from __future__ import annotations

from collections.abc import Mapping

STATUS_OF = {
    "invalid_parameter": 400,
    "download_failed": 400,
    "content_policy_violation": 400,
    "avatar_not_usable": 400,
    "avatar_consent_required": 400,
    "avatar_expired": 400,
    "voice_expired": 400,
    "voice_unavailable": 400,
    "script_too_short": 400,
    "tts_text_invalid": 400,
    "no_audio_track": 400,
    "video_too_long": 400,
    "resource_limit_reached": 400,
    "asset_not_available": 400,
    "unauthorized": 401,
    "authentication_failed": 401,
    "insufficient_credit": 402,
    "subscription_required": 402,
    "plan_upgrade_required": 402,
    "forbidden": 403,
    "resource_access_denied": 403,
    "voice_not_usable": 403,
    "not_found": 404,
    "resource_not_found": 404,
    "video_not_found": 404,
    "avatar_not_found": 404,
    "voice_not_found": 404,
    "webhook_not_found": 404,
    "method_not_allowed": 405,
    "request_in_progress": 409,
    "conflict": 409,
    "resource_not_ready": 409,
    "payload_too_large": 413,
    "rate_limit_exceeded": 429,
    "quota_exceeded": 429,
    "trial_limit_exceeded": 429,
    "internal_error": 500,
    "voice_provider_error": 502,
    "service_unavailable": 503,
    "gateway_timeout": 504,
}
DOC_URL = "https://developers.heygen.com/docs/error-codes#"


class ApiError(Exception):
    """Refuse a request with one of HeyGen's codes; the code decides the HTTP status."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """Return the HTTP status that goes with the code."""
        return STATUS_OF[self.code]

    def envelope(self) -> dict[str, object]:
        """Return the body of HeyGen's error answers."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.param is not None:
            error["param"] = self.param
        return {"error": error | {"doc_url": DOC_URL + self.code}}


def invalid(param: str, message: str) -> ApiError:
    """Make the 400 that names the parameter at fault."""
    return ApiError("invalid_parameter", message, param=param)


def video_not_found(video_id: str) -> ApiError:
    """Make the 404 of an unknown video."""
    return ApiError("video_not_found", f"Video {video_id} not found")


UNAUTHORIZED = ("unauthorized", "Unauthorized")
