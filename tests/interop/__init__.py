"""Clients that nobody here wrote, run unchanged against the simulator: `make interop` installs and tries them."""
