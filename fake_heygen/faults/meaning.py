"""What is said does not fit what is so: contradictions, lags, regress, videos without an end."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

_lie = Family(Group.MEANING, "outcome", Point.SCHEDULE)
_credit = Family(Group.MEANING, "outcome", Point.ANSWER_GET, Point.ANSWER_STATUSES)
_webhook = Family(Group.MEANING, "webhook", Point.SCHEDULE)
_status = Family(Group.MEANING, "status", Point.STATUS)
_late = Family(Group.MEANING, "status")
_url = Family(Group.MEANING, "url", Point.PAYLOAD, Point.ANSWER_GET)

ROWS: tuple[Fault, ...] = (
    _lie(
        "contradiction",
        "The video completes; after the success event an avatar_video.fail arrives that is not true.",
        "Asks HeyGen, and keeps the finished video.",
        Argument.DURATION,
        default="5s",
    ),
    _credit(
        "credit",
        "The video completes with a link and with failure_code MOVIO_PAYMENT_INSUFFICIENT_CREDIT.",
        "Shows the video together with the trouble, and does not pay again by itself.",
    ),
    _webhook(
        "early",
        "The render takes no time and the webhook arrives before the create call is answered.",
        "Knows the reel by callback_id or by its address before it knows the video_id.",
    ),
    _webhook(
        "caption",
        "An avatar_video_caption.success follows the success event after this time.",
        "Records it and leaves the state of the reel alone.",
        Argument.DURATION,
        default="12s",
    ),
    _status(
        "stuck",
        "The video says processing for ever, and no event is sent.",
        "Times the reel out after its deadline and says so.",
        endless=True,
    ),
    _status(
        "lag",
        "The status says processing for this long after the webhook was sent.",
        "Asks again shortly instead of believing either side at once.",
        Argument.DURATION,
    ),
    _status(
        "regress",
        "The video is completed for 5 s, then says processing for this long, then completed again.",
        "Never moves a finished reel back.",
        Argument.DURATION,
        default="30s",
    ),
    _status(
        "unknown",
        "For this long after the end the status is a word that no documentation names.",
        "Counts it as not finished and asks again, but not for ever.",
        Argument.DURATION,
        default="30s",
    ),
    _status(
        "unseen",
        "For this long after it was created the video is not found.",
        "Does not take a 404 for an id just created for an end; asks again.",
        Argument.DURATION,
        default="5s",
    ),
    _status(
        "vanish",
        "When the render should end the video is gone: 404, or not_found among statuses.",
        "Does not take one 404 for an end; gives up by its deadline.",
        endless=True,
    ),
    _late(
        "late",
        "The render takes this long, longer than the client waits, and then completes with its webhook.",
        "Says timed out at its deadline, and completed when the news comes after all.",
        Argument.DURATION,
    ),
    _url(
        "never",
        "The video is completed, but neither the event nor any answer ever has a link.",
        "Says that the file is missing, keeps asking rarely, and never pays again by itself.",
    ),
)
