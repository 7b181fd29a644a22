"""Be one process of the load: `python -m bench.generator`, its task on stdin, its figures on stdout."""

from __future__ import annotations

import pickle
import sys

from bench.load import Task, drive


def main() -> None:
    """Make the requests, say so, wait for the word, and send them."""
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    requests = [task.make(n) for n in task.numbers]
    _say("ready")
    pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    _say(drive(task.port, requests, task.connections, task.seconds))


def _say(what: object) -> None:
    pickle.dump(what, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
