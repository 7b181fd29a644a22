"""Hold every error that the product raises on purpose.

    ReelsError                    one sentence: what is wrong, which value, what to do next
    ├── SettingsError (ValueError)  a setting that cannot be used
    ├── InvalidReel (ValueError)    a reel that could never be sent
    ├── InvalidPreset (ValueError)  a preset that could not be found again
    ├── WrongSheet (ValueError)     a table that cannot be read
    ├── UnknownReel                 no reel has this id
    ├── UnknownCampaign             no campaign has this id
    ├── NotAdmitted                 a person who may not come in
    ├── Refused                     the product will not do this now, and says why
    ├── StoreError                  the database cannot be read or written
    ├── BrokerGone                  the broker of the task queue does not answer
    ├── PlaceError                  the place for files cannot be read or written
    └── HeyGenError                 HeyGen did not give what was asked for
        ├── Unreachable             nothing was sent: no connection
        ├── OutcomeUnknown          something was sent and no usable answer came back
        ├── BadAnswer               an answer that is not HeyGen's JSON
        ├── HeyGenRefused           an error answer with a status, a code and HeyGen's words
        └── AccountGone             the account is not configured, so nobody was asked

A message is a template and its values, so that a page can translate the template.
"""

from __future__ import annotations


class ReelsError(Exception):
    """Say in one sentence what is wrong and what to do."""

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message.format(**values) if values else message)


class SettingsError(ReelsError, ValueError):
    """Name the setting, its value and what is allowed."""


class InvalidReel(ReelsError, ValueError):
    """Say what is wrong with a field of a reel; `about` names the field."""

    def __init__(self, message: str, *, about: str = "script", **values: object) -> None:
        self.about = about
        super().__init__(message, **values)


class InvalidPreset(ReelsError, ValueError):
    """Say what is wrong with a preset's name."""


class WrongSheet(ReelsError, ValueError):
    """Say what is wrong with a table as a whole."""


class UnknownReel(ReelsError):
    """Say which reel does not exist."""


class UnknownCampaign(ReelsError):
    """Say which campaign does not exist."""


class NotAdmitted(ReelsError):
    """Say who may not come in, and whom to ask."""


class Refused(ReelsError):
    """Say why an action is not possible now."""


class StoreError(ReelsError):
    """Say what the database could not do."""


class BrokerGone(ReelsError):
    """Say that the broker of CELERY_BROKER_URL does not answer."""


class PlaceError(ReelsError):
    """Say what the place for files could not do."""


class HeyGenError(ReelsError):
    """Say what HeyGen did not give; `retry_after_s` is the wait that it asked for, in seconds, or None."""

    retry_after_s: float | None = None


class Unreachable(HeyGenError):
    """Report that no connection was made, so nothing was sent."""


class OutcomeUnknown(HeyGenError):
    """Report that a request may have been carried out although no answer is known."""


class BadAnswer(OutcomeUnknown):
    """Report an answer that is not the JSON that HeyGen documents."""


class AccountGone(HeyGenError):
    """Say which account is not configured: nobody was asked, and nothing is lost."""


class HeyGenRefused(HeyGenError):
    """Carry an error answer: HTTP status, HeyGen's code, words, field and request id."""

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        *,
        param: str | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.text = text
        self.param = param
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        super().__init__("HeyGen answered {status} {code}: {text}", status=status, code=code, text=text)
