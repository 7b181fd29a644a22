"""The words of the command line; without one, the simulator is served."""

from __future__ import annotations

STEERING = ("trigger", "resend", "advance", "clock", "scenario", "scenarios", "wallet", "reset")
READING = ("journal", "ledger", "wait")
PROVING = ("check", "certify")
WORDS = (*STEERING, *READING, *PROVING)
