"""Find every text that a viewer can meet: of the pages, of messages, and the templates of the product's errors.

`python -m tests.unit.pages.messages` writes texts that are new into the Spanish catalogue, without a translation,
and drops those that are gone.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from core import errors

ROOT = Path(__file__).resolve().parents[3]
SPANISH = ROOT / "locale" / "es" / "LC_MESSAGES" / "messages.po"
HEADER = """\
# Texts of the pages in Spanish.
msgid ""
msgstr ""
"Language: es\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = {"_": None, "mark": None, "told": None, "ngettext": (1, 2)}
RAISED = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ReelsError)}


def page_files() -> list[Path]:
    """Return the files whose texts are shown to viewers."""
    told = [ROOT / "core" / f"{name}.py" for name in ("doctor", "failures", "inbox", "messages", "probe")]
    return [ROOT / "streamlit_app.py", *told, *sorted((ROOT / "pages").rglob("*.py"))]


def page_messages() -> Iterator[str]:
    """Yield the texts of the pages."""
    for path in page_files():
        for _line, message, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
            yield message if isinstance(message, str) else message[0]


def error_messages() -> Iterator[str]:
    """Yield every literal that is passed first to an error of the product."""
    for path in sorted((ROOT / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _raises(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def _raises(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in RAISED
    own_init = isinstance(called, ast.Attribute) and called.attr == "__init__"
    return own_init or (isinstance(called, ast.Attribute) and called.attr in RAISED)


def messages() -> set[str]:
    """Return everything that needs a translation."""
    return {*page_messages(), *error_messages()} - {"message"}


def spanish(path: Path = SPANISH) -> Catalog:
    """Read a Spanish catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale="es")


def write_catalogue(catalogue: Catalog, path: Path = SPANISH) -> None:
    """Write a Spanish catalogue, sorted, with no more of a header than gettext needs."""
    lines = io.BytesIO()
    write_po(lines, catalogue, width=0, sort_output=True, omit_header=True)
    path.write_bytes(HEADER.encode() + lines.getvalue().rstrip() + b"\n")


def update(path: Path, wanted: set[str]) -> None:
    """Bring a Spanish catalogue's list of texts up to date."""
    old = spanish(path) if path.exists() else Catalog(locale="es")
    new = Catalog(locale="es")
    for message in sorted(wanted):
        known = old.get(message)
        new.add(message, known.string if known is not None else "")
    write_catalogue(new, path)


if __name__ == "__main__":
    update(SPANISH, messages())
