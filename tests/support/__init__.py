"""Start the real programs for tests: the fake HeyGen and the product, on loopback ports of their own."""
