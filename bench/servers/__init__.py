"""Hold the servers that are measured, each a process of its own that is handed its listening socket."""

REELS = 10_000  # what the document's database holds
