"""Use everything that stands in deploy/, as far as one machine can."""
