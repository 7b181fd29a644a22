"""Every fault in every mode at every moment: what core makes of it, and whether that is what its sentence says."""
