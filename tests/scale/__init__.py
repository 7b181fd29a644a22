"""The product on many hosts, broken on purpose: `make scale`."""
