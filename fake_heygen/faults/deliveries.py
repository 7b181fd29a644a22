"""How deliveries are lost, late, doubled and repeated."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point, Scope

FINDS_OUT = "May have found the end by asking; the late event changes nothing."
ONCE = "Acknowledges every copy and acts on the first."
ONE_IS_ENOUGH = "Needs one of the attempts; repeats are harmless."
FALLS_BACK = "Falls back to asking once the webhook is overdue."

_webhook = Family(Group.DELIVERIES, "webhook", Point.SCHEDULE)
_heard = Family(Group.DELIVERIES, "webhook", Point.RETRY)
_retry = Family(Group.DELIVERIES, "retry", Point.RETRY)
_endpoint = Family(Group.DELIVERIES, "endpoint", Point.ENDPOINT, scope=Scope.ACCOUNT)

ROWS: tuple[Fault, ...] = (
    _webhook("drop", "No delivery is ever attempted; the event stands in the account's history.", FALLS_BACK),
    _webhook(
        "duplicate",
        "Each receiver is sent the event this many times in all, with one event id.",
        ONCE,
        Argument.COUNT,
        default="2",
    ),
    _webhook("delay", "The deliveries start this long after the end of the render.", FINDS_OUT, Argument.DURATION),
    _webhook(
        "uniform",
        "The deliveries start after a time drawn between these two.",
        FINDS_OUT,
        *(Argument.DURATION, Argument.DURATION),
    ),
    _webhook(
        "lognormal",
        "The deliveries start after a time drawn lognormally around this median (sigma 1).",
        "Learns how late webhooks usually are before it calls one overdue.",
        Argument.DURATION,
    ),
    _webhook(
        "spaced",
        "Each receiver is sent the event this many times in all, with this gap between.",
        ONCE,
        *(Argument.COUNT, Argument.DURATION),
        default="3:30s",
    ),
    _webhook(
        "volley",
        "This many copies of the event are on the wire at the same moment, each on its own connection.",
        "Lets one copy change the state, in one transaction, and acknowledges all.",
        Argument.COUNT,
        default="5",
    ),
    _webhook(
        "reorder",
        "The video's events change places, and each is held back by a drawn time up to this long.",
        "Does not rely on the order in which events arrive.",
        Argument.DURATION,
        default="60s",
    ),
    _webhook(
        "burst",
        "Events wait for the end of an outage: all of a window of this length arrive at once at its end.",
        "Takes the burst in, answering each delivery within its time.",
        Argument.DURATION,
        default="600s",
    ),
    _webhook(
        "redelivered",
        "The event, acknowledged long ago, is delivered once more after this time with its event id.",
        "Acknowledges it; an old event never moves a state back.",
        Argument.DURATION,
        default="3d",
    ),
    _heard(
        "unheard",
        "HeyGen does not notice the first 2xx: an acknowledged delivery is repeated this many times.",
        ONCE,
        Argument.COUNT,
        default="2",
    ),
    _retry(
        "usual", "Failed deliveries are repeated after 30 s, then twice as long each time, for a day.", ONE_IS_ENOUGH
    ),
    _retry(
        "eager",
        "Failed deliveries are repeated every second for a minute, then given up.",
        "Answers 503 with Retry-After when it cannot keep up, and reconciles afterwards.",
    ),
    _retry(
        "patient",
        "Failed deliveries are repeated every hour for a day.",
        "Does not wait for the next attempt, but asks once the webhook is overdue.",
    ),
    _retry("svix", "Failed deliveries are repeated after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h.", ONE_IS_ENOUGH),
    _retry(
        "stripe",
        "Failed deliveries are repeated with growing pauses of up to 12 hours for three days.",
        "Takes an event that is days old without moving a state back.",
    ),
    _retry("never", "A failed delivery is not repeated.", FALLS_BACK),
    _endpoint(
        "disabled",
        "An endpoint that fails this often in a row is disabled: nothing goes there until it is changed by PATCH.",
        "Notices that the endpoint's status is disabled, says so, and asks meanwhile.",
        Argument.COUNT,
    ),
)
