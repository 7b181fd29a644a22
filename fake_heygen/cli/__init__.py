"""The simulator's command line: words that speak to a running simulator, check a history, certify a receiver."""
