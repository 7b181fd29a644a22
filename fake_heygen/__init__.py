"""A simulator of HeyGen's API v3 with a clock of its own and faults as data; it imports nothing of the product."""
