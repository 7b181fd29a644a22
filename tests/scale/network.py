"""Make hosts: network namespaces on one bridge, each of which can be cut off; where there are none, the loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

INSIDE: Final = "REELS_SCALE_INSIDE"
NET: Final = "10.88.0"
HERE: Final = f"{NET}.1"
LOOPBACK: Final = "127.0.0.1"
# Namespaces of our own for network, mounts and processes: whatever ends us takes hosts, names and programs with it.
ALONE: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
READY: Final = 'ip link set lo up && mkdir -p /run/netns && mount -t tmpfs none /run/netns && exec "$@"'
CABLE: Final = "ip link add trial type veth peer name eth0 netns trial"
TRIAL: Final = f"ip netns add trial && {CABLE} && ip link add name bridge0 type bridge"


def why_not() -> str | None:
    """Return why hosts cannot be set apart here, None where they can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    missing = [name for name in ("unshare", "ip", "mount") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed (Debian: apt-get install iproute2 util-linux)"
    tried = subprocess.run([*_alone("sh", "-c", TRIAL)], capture_output=True, text=True, timeout=30, check=False)
    return None if tried.returncode == 0 else f"the kernel refuses: {tried.stderr.strip().splitlines()[-1:]}"


def enter(module: str, words: Sequence[str]) -> None:
    """Run this module again where the network is ours alone; return where that is so already."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        command = _alone(sys.executable, "-m", module, *words)
        os.execvp(command[0], command)


def _alone(*argv: str) -> list[str]:
    return [*ALONE, "sh", "-c", READY, "sh", *argv]


class Host:
    """A machine of its own as far as the network goes."""

    def __init__(self, name: str, address: str, *, apart: bool) -> None:
        self.name = name
        self.address = address
        self.is_cut = False
        self._apart = apart

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return how to run a program there."""
        return ["ip", "netns", "exec", self.name, *argv] if self._apart else list(argv)

    def cut(self) -> None:
        """Cut it off: the cable is out, and nobody is told."""
        self.is_cut = True
        _ip("link", "set", f"to-{self.name}", "down")

    def heal(self) -> None:
        """Put the cable in again."""
        if self.is_cut:
            _ip("link", "set", f"to-{self.name}", "up")
        self.is_cut = False


class Network:
    """Make one host after the other; we are on the bridge, too, as the world outside."""

    def __init__(self, *, apart: bool) -> None:
        self.apart = apart
        self.here = HERE if apart else LOOPBACK
        self.hosts: dict[str, Host] = {}
        if apart:
            _ip("link", "add", "reels", "type", "bridge")
            _ip("address", "add", f"{HERE}/24", "dev", "reels")
            _ip("link", "set", "reels", "up")

    def host(self, name: str) -> Host:
        """Make a host; its name has at most twelve letters, which is what a cable's may have."""
        address = f"{NET}.{len(self.hosts) + 2}" if self.apart else LOOPBACK
        self.hosts[name] = Host(name, address, apart=self.apart)
        if self.apart:
            _connect(name, address)
        return self.hosts[name]


def _connect(name: str, address: str) -> None:
    _ip("netns", "add", name)
    _ip("link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", f"to-{name}", "master", "reels", "up")
    _ip("-n", name, "address", "add", f"{address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _ip("-n", name, "link", "set", device, "up")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
