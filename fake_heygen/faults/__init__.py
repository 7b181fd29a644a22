"""The vocabulary of fates and faults, as data.

A row without a word takes any value (`render=20s`); a row with one is that word (`webhook=drop`), perhaps with
arguments (`webhook=spaced:4:30s`). Where a fault takes hold are its `points`; what it does there is in hooks/.
"""

from fake_heygen.faults.fault import Argument, Fault, Group, Point, Scope
from fake_heygen.faults.table import BY_NAME, FAULTS, find, keys, rows

__all__ = ["BY_NAME", "FAULTS", "Argument", "Fault", "Group", "Point", "Scope", "find", "keys", "rows"]
