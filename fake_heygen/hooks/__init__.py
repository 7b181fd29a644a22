"""What each fault does at the points where it takes hold; the table of faults says which."""
