"""Torture the product: kill it, pause it, lie to it, and prove that nothing is lost, paid twice or believed."""
