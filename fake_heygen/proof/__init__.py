"""Proof: what became of a client's jobs, and whether a receiver of webhooks is sound. Nothing here knows the server."""
