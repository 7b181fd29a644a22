"""Run a RabbitMQ of our own: Debian's program, a node name, a data folder and ports that nobody else has."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Final

from tests.support.programs import Program, clean_environ, free_port
from tests.support.untested import untested
from tests.support.waiting import wait_for

# Debian's own `rabbitmq-server` on the path becomes the user of its service, and works in that one's folder.
STARTER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
HELLO: Final = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME: Final = b"\x01"


def need() -> tuple[str, str]:
    """Return the programs of RabbitMQ and of Erlang's names; without them, say what is not tested."""
    server = str(STARTER) if STARTER.exists() else shutil.which("rabbitmq-server")
    epmd = shutil.which("epmd")
    if server is None or epmd is None:
        untested("Celery over AMQP, since rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server).")
    return server, epmd


class RabbitMQ(Program):
    """A RabbitMQ with a mapper of node names of its own: one that Erlang starts by itself would outlive the test."""

    def __init__(self, folder: Path, again: RabbitMQ | None = None) -> None:
        server, epmd = need()
        self._folder = folder
        self.port, self._between = (again.port, again._between) if again else (free_port(), free_port())
        self._names = again._names if again else Names(folder, epmd)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        super().__init__([server], self._environ(), folder / f"rabbitmq-{self.port}.log", folder, group=True)
        wait_for(self._answers, timeout_s=60, what="RabbitMQ to answer")

    def _environ(self) -> dict[str, str]:
        folder = self._folder
        return clean_environ(
            HOME=str(folder),  # Erlang's cookie stands there
            ERL_EPMD_PORT=str(self._names.port),
            ERL_EPMD_ADDRESS="127.0.0.1",
            RABBITMQ_NODENAME=f"reels-{self.port}@localhost",
            RABBITMQ_NODE_IP_ADDRESS="127.0.0.1",
            RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self._between),
            RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
            RABBITMQ_LOG_BASE=str(folder),
            RABBITMQ_LOGS="-",
            RABBITMQ_CONF_ENV_FILE="/dev/null",
            RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "plugins"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
        )

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output[-3000:]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as conn:
                conn.sendall(HELLO)
                return conn.recv(1) == METHOD_FRAME
        except OSError:
            return False

    def waiting(self, *queues: str) -> int:
        """Count the messages that wait in queues; those that are being worked on are not told."""
        from kombu import Connection  # an extra

        with Connection(self.url) as connection:
            channel = connection.default_channel
            return sum(channel.queue_declare(queue, passive=True).message_count for queue in queues)

    def pause(self) -> None:
        """Let it hang: connections stay, and nothing answers."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._out.close()

    def again(self) -> RabbitMQ:
        """Start it at the same place."""
        return RabbitMQ(self._folder, self)

    def forget(self) -> None:
        """End what maps the names."""
        self._names.kill()


class Names(Program):
    """Erlang's mapper of names, in the foreground and on a port of its own."""

    def __init__(self, folder: Path, epmd: str) -> None:
        self.port = free_port()
        argv = [epmd, "-port", str(self.port), "-address", "127.0.0.1"]
        super().__init__(argv, clean_environ(), folder / "epmd.log", folder)
