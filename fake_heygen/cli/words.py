"""The words of the command line; without one, the simulator is served."""

from __future__ import annotations

WORDS = {
    "trigger": "Let an event of a video happen now.",
    "resend": "Attempt a delivery again, with its own event id.",
    "advance": "Move the clock on and play what falls due, in order.",
    "clock": "Show the clock and what is due, or change its pace.",
    "scenario": "Show the scenario that plays, or play another.",
    "scenarios": "List the bundled scenarios.",
    "wallet": "Set the balance of the wallet.",
    "key": "Let another API key open an account; the old one is refused from now on.",
    "reset": "Forget videos, endpoints, events, journal, ledger and keys.",
    "journal": "List requests received and deliveries attempted.",
    "ledger": "Tell the truth about every video.",
    "wait": "Wait until everything that is asked for holds; exit code 1 when the time is over.",
    "check": "Compare a client's history with the ledger; exit code 1 when a promise was broken.",
    "certify": "Put a receiver of webhooks through the certificate; exit code 1 when it is unsound.",
}
