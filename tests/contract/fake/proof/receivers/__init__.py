"""Receivers to try the certificate on: one that is sound, and many that are not, each for a reason of its own."""
