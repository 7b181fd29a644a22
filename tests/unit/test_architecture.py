"""Keep the arrows: who may import whom, and where the clock, the environment and SQL may be touched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("core", "fake_heygen", "pages", "streamlit_app", "tests", "bench")

# From the bottom up; a module may import what stands on its own line or below.
LAYERS = (
    "errors models spelling sheet clock actor media logs check started plan inspection draining shortcut",
    "translation failures messages gathering values",
    "access lifecycle schedule signature config parsing validation gate channel expectation waterfall"
    " options formats estimate presets drafts place",
    "store workbook heygen targets secret_file download probe tunnel detection shelf evidence reel_file simulator"
    " bucket",
    "accounts",
    "heartbeat pace broker waker submission recorder catalogue campaign_rows campaign_draft demo gallery places",
    "retrying",
    "processor together",
    "product",
    "account_watch inbox sweep archive notify removal campaigns bundle connectivity endpoint reconcile receiver",
    "turns account_figures",
    "worker tasks",
    "insight dashboard history doctor in_force status files",
    "runtime serving relocation",
    "sides",
    "comparison",
    "__main__ __init__",
)
PLACES = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
PURE = (
    "spelling",
    "sheet",
    "models",
    "errors",
    "access",
    "lifecycle",
    "schedule",
    "signature",
    "parsing",
    "validation",
    "options",
    "formats",
    "estimate",
    "presets",
    "drafts",
    "gate",
    "channel",
    "inspection",
    "gathering",
    "values",
    "check",
    "plan",
)
SERVERS = ("receiver", "files", "runtime", "draining", "shortcut")
OUTSIDE_WORLD = {
    *("asyncio", "anyio", "freezegun", "httpx", "logging", "multiprocessing", "os", "pathlib", "random", "secrets"),
    *("signal", "socket", "sqlite3", "sqlite_utils", "starlette", "subprocess", "sys", "threading", "time", "uvicorn"),
}
SQL = re.compile(r"\b(SELECT\s.*\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA)\b", re.S)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def files(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, package
    return found


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports(path: Path) -> frozenset[str]:
    """Return every module that a file imports, wherever in the file, as dotted names."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full names"
            assert node.module is not None
            submodules = [alias.name for alias in node.names if _is_module(f"{node.module}.{alias.name}")]
            yield from (f"{node.module}.{name}" for name in submodules)
            if len(submodules) < len(node.names):
                yield node.module


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("core", {"streamlit", "pages", "fake_heygen", "streamlit_app", "tests", "bench"}),
        ("fake_heygen", {"streamlit", "pages", "core", "streamlit_app", "tests", "bench"}),
        ("pages", {"fake_heygen", "streamlit_app", "tests", "bench", "httpx", "sqlite3", "sqlite_utils"}),
    ],
)
def test_a_package_does_not_know_those_above_it(package: str, forbidden: set[str]) -> None:
    for path in files(package):
        assert not tops(path) & forbidden, dotted(path)


def test_only_the_pages_and_their_root_know_streamlit() -> None:
    for package in (
        "core",
        "fake_heygen",
        "bench",
        "tests/unit/core",
        "tests/contract/core",
        "tests/contract/fake",
        "tests/torture",
    ):
        for path in (ROOT / package).rglob("*.py"):
            assert "streamlit" not in tops(path), dotted(path)


# Inside core


def place(module: str) -> int:
    """Return the layer of a module of core."""
    name = module.removeprefix("core").lstrip(".").partition(".")[0] or "__init__"
    assert name in PLACES, f"give core.{name} a place in LAYERS"
    return PLACES[name]


def core_imports(path: Path) -> set[str]:
    return {name for name in imports(path) if name.partition(".")[0] == "core"}


def test_every_module_of_core_has_a_place_and_every_place_a_module() -> None:
    names = {path.relative_to(ROOT / "core").parts[0].removesuffix(".py") for path in files("core")}
    assert names == set(PLACES)


@pytest.mark.parametrize("path", files("core"), ids=dotted)
def test_lower_layers_never_import_higher_ones(path: Path) -> None:
    mine = place(dotted(path))
    above = sorted(name for name in core_imports(path) if name != "core" and place(name) > mine)
    assert above == []


def test_imports_inside_core_form_no_circle() -> None:
    graph = {dotted(path): core_imports(path) - {dotted(path)} for path in files("core")}
    assert list(TopologicalSorter(graph).static_order())


def test_nothing_inside_core_imports_the_package_itself() -> None:
    for path in files("core"):
        assert "core" not in imports(path), dotted(path)


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_reaches_for_nothing_outside(name: str) -> None:
    path = ROOT / "core" / f"{name}.py"
    assert not tops(path) & OUTSIDE_WORLD
    assert {module.removeprefix("core.") for module in core_imports(path)} <= set(PURE)


# Where a thing may be touched


def attributes(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every `name.attribute` of a file, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


def test_the_environment_is_read_in_one_place() -> None:
    for path in (*files("core"), *files("pages")):
        if dotted(path) != "core.config":
            touched = [at for at in attributes(path) if at[0] in {"os.environ", "os.getenv", "os.putenv"}]
            assert touched == [], dotted(path)
            assert "environ" not in _names_from(path, "os"), dotted(path)


def test_the_wall_clock_is_read_in_one_place() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    for path in files("core"):
        if dotted(path) != "core.clock":
            assert [at for at in attributes(path) if at[0] in clocks] == [], dotted(path)
            assert "time" not in _names_from(path, "time"), dotted(path)


def _names_from(path: Path, module: str) -> set[str]:
    return {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def texts(path: Path) -> Iterator[str]:
    """Yield every text of a file except its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_sql_is_written_in_the_store_alone() -> None:
    for path in (*files("core"), *files("pages")):
        if (ROOT / "core/store") not in path.parents:
            assert [text for text in texts(path) if SQL.search(text)] == [], dotted(path)
            assert not tops(path) & {"sqlite3", "sqlite_utils"} or dotted(path).startswith("core.store"), dotted(path)


def test_the_search_for_sql_finds_sql() -> None:
    assert any(SQL.search(text) for text in texts(ROOT / "core/store/reels.py"))


def test_core_is_synchronous_but_for_its_servers() -> None:
    for path in files("core"):
        is_async = any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree(path)))
        assert not is_async or dotted(path).removeprefix("core.") in SERVERS, dotted(path)


def test_whatever_is_caught_whole_is_logged() -> None:
    for path in files("core"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{dotted(path)}:{node.lineno}"
                if isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}:
                    assert _logs_or_raises(node), f"{dotted(path)}:{node.lineno}"


def _logs_or_raises(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "exception")
        for node in ast.walk(handler)
    )


def test_no_test_patches_our_own_functions() -> None:
    for folder in ("unit/core", "contract/core"):
        for path in (ROOT / "tests" / folder).rglob("*.py"):
            assert not tops(path) & {"unittest", "mock"}, dotted(path)
            patched = [at for at in attributes(path) if at[0] in {"monkeypatch.setattr", "mocker.patch"}]
            assert patched == [], dotted(path)
