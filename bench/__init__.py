"""Measure the product against what it replaces; not part of what is shipped."""
