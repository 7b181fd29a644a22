"""Use the units, the Procfile, the image's description and the composition as far as one machine can."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from packaging.requirements import Requirement

from core.__main__ import _parser
from core.config import names
from deploy.product_requirements import lines, requirements
from tests.deploy.needed import program
from tests.support.programs import ROOT, Program, clean_environ, free_port
from tests.support.waiting import wait_for

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PORT = "${RECEIVER_PORT:-8502}"
PYTHON = "/srv/reels/.venv/bin/python"
STREAMLIT = "/srv/reels/.venv/bin/streamlit"
EXPOSED = 25  # of 100; without any of its walls a service has 92 to 96


def run(argv: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, **options)


def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    assert len(UNITS) == 7
    for unit in UNITS:
        text = unit.read_text().replace(PYTHON, sys.executable).replace(STREAMLIT, sys.executable)
        (tmp_path / unit.name.replace("@.", "@8502.")).write_text(text.replace("/srv/reels", str(ROOT)))
    written = [str(path) for path in sorted(tmp_path.iterdir())]
    done = run([analyze, "verify", "--man=no", "--recursive-errors=no", *written])
    assert (done.returncode, done.stderr) == (0, "")
    services = [path for path in written if path.endswith(".service")]
    walls = run([analyze, "security", "--offline=yes", f"--threshold={EXPOSED}", *services])
    assert walls.returncode == 0, walls.stdout


def commands() -> list[str]:
    """Return every command line of ours in units, Procfile and composition."""
    units = [re.search(r"^ExecStart=(.*)$", unit.read_text(), re.M) for unit in UNITS if unit.suffix == ".service"]
    lines = [found[1] for found in units if found] + (DEPLOY / "Procfile").read_text().splitlines()[1:]
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values()
    return lines + [service["command"] for service in services if "command" in service]


def test_every_command_is_one_that_the_product_knows() -> None:
    words = [found[1] for line in commands() if (found := re.search(r"-m core (.*)$", line))]
    assert len(words) == 7
    for line in words:
        _parser().parse_args(line.replace("%i", "1").replace("${REELS_ADDRESS}", "h").replace(PORT, "1").split())
    assert sum("streamlit run streamlit_app.py" in line for line in commands()) == 4


@pytest.mark.parametrize("name", ["reels.env.example", "compose.yaml"])
def test_every_setting_that_is_named_is_one_of_ours(name: str) -> None:
    text = (DEPLOY / name).read_text()
    named = set(re.findall(r"^ *([A-Z][A-Z_]+)[=:]", text, re.M))
    theirs = {"REELS_ADDRESS", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
    assert len(named) >= 8
    assert named - theirs <= set(names()), named - theirs - set(names())


def test_the_composition_is_one_by_its_own_schema_and_nginx_knows_its_names() -> None:
    composition = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    jsonschema.validate(composition, get_builtin_schema("vendor.compose-spec"))
    services = composition["services"]
    asked = re.findall(r"^ *server ([a-z0-9-]+):(\d+)", (DEPLOY / "nginx.conf").read_text(), re.M)
    assert len(asked) == 4
    for name, port in asked:
        assert services[name]["command"].endswith(f"port {port}")
        assert f":{port}/healthz" in services[name]["healthcheck"]["test"][-1]
        assert services["nginx"]["depends_on"][name] == {"condition": "service_healthy"}


def test_the_image_is_described_as_hadolint_wants_it() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        program("hadolint", "none: its wheels are for Linux on x86_64")
    done = run([str(hadolint), str(DEPLOY / "Dockerfile")])
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_holds_what_the_product_needs_at_the_versions_that_were_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in requirements(project)]
    assert len(wanted) >= len(project["dependencies"]) > 10
    pins = "\n".join(path.read_text() for path in ROOT.glob("requirements*.txt"))
    pinned = {found[1].lower(): found[2] for found in re.finditer(r"^([\w.-]+)==([\w.]+)", pins, re.M)}
    for need in wanted:
        assert pinned[need.name.lower()] in need.specifier, need
    assert not {"pytest", "playwright"} & {need.name for need in wanted}


def test_no_two_files_pin_a_package_to_different_versions() -> None:
    pins = defaultdict[tuple[str, str], set[str]](set)
    for path in ROOT.glob("requirements*.txt"):
        for name, version, marker in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)(.*)$", path.read_text(), re.M):
            pins[name.lower(), marker].add(version)
    assert len(pins) > 50
    assert {pin for pin, versions in pins.items() if len(versions) > 1} == set()


def test_pip_finds_an_answer_to_what_the_image_installs(tmp_path: Path) -> None:
    """Everything is installed here, so pip needs no network to say whether all of it goes together."""
    for path in (*ROOT.glob("requirements*.txt"), ROOT / "pyproject.toml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "product.txt").write_text("\n".join(lines(tmp_path)))
    argv = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "-r", str(tmp_path / "product.txt")]
    done = run(argv)
    assert done.returncode == 0, done.stderr


def copied(folder: Path) -> Path:
    """Lay out a folder as the image's: what the Dockerfile copies, where the context has it, and nothing else."""
    context = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (.+)$", (DEPLOY / "Dockerfile").read_text(), re.M):
        *sources, target = line.split()
        for source in sources:
            assert f"!{source}" in context, f"the context does not hold {source}"
            for path in ROOT.glob(source):
                goal = folder / target / path.name if target == "./" else folder / target
                goal.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if path.is_dir() else shutil.copy)(path, goal)
    assert {"core", "docs", "fake_heygen", "locale", "pages", "static"} <= {path.name for path in folder.iterdir()}
    return folder


def test_honcho_runs_all_three_from_nothing_but_the_files_of_the_image(tmp_path: Path) -> None:
    home = copied(tmp_path / "image")
    (home / ".venv").symlink_to(sys.prefix)
    receiver, pages = free_port(), free_port()
    environ = clean_environ(RECEIVER_PORT=str(receiver), PAGES_PORT=str(pages))
    argv = [sys.executable, "-m", "honcho", "-f", str(DEPLOY / "Procfile"), "-d", str(home), "start"]
    all_three = Program(argv, environ, tmp_path / "honcho.log", home)
    try:
        for port in (receiver, pages):
            wait_for(lambda port=port: lives(port, all_three), timeout_s=60, what=f"port {port}")  # type: ignore[misc]
    finally:
        assert all_three.stop() in {0, 143, -15}, all_three.output
    assert (home / "data" / "reels.db").exists()


def lives(port: int, processes: Program) -> bool:
    """Tell whether a server answers and sees a worker that lives."""
    assert processes.process.poll() is None, processes.output
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).json()["worker"]["alive"])
    except httpx.HTTPError:
        return False
