"""Run the simulator: python -m fake_heygen; with a word, speak to one that runs."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Sequence

from fake_heygen.app import FakeHeyGen
from fake_heygen.cli.words import WORDS
from fake_heygen.clock import SimClock
from fake_heygen.media.cabinet import Cabinet
from fake_heygen.options import Options, read_options
from fake_heygen.scenario import Scenario, ScenarioError
from fake_heygen.scenario_reader import load_scenario
from fake_heygen.sender import Sender
from fake_heygen.server import base_url, serve, take_port
from fake_heygen.simulation import Simulation
from fake_heygen.state import StateError, StateFile


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped, or run one word; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in WORDS:
        return _run_word(arguments)
    options = read_options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        scenario = load_scenario(options.scenario or "default")
    except ScenarioError as error:
        return _fail(str(error), 2)
    try:
        taken = take_port(options.host, options.port)
    except OSError as error:
        return _fail(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}")
    try:
        asyncio.run(_run(options, scenario, taken))
    except StateError as error:
        return _fail(str(error))
    return 0


async def _run(options: Options, scenario: Scenario, taken: socket.socket) -> None:
    with taken:
        clock = SimClock(start=options.start, frozen=options.frozen)
        simulation = Simulation(scenario, options.seed, clock, Sender(), base_url(taken), strict=options.strict)
        state = StateFile(options.state) if options.state else None
        if state is not None:
            simulation.load(state, scenario if options.scenario else None)
        if options.speed is not None:
            clock.set_speed(options.speed)
        await serve(FakeHeyGen(simulation, Cabinet(), state), taken, with_parent=options.exit_with_parent)


def _run_word(arguments: Sequence[str]) -> int:
    from fake_heygen.cli.command import run_word  # a server that is only started does without its client

    return run_word(arguments)


def _fail(sentence: str, code: int = 1) -> int:
    sys.stderr.write(f"fake HeyGen: {sentence}\n")
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a film that is just being drawn would hold up the end
