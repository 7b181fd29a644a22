"""Find every sentence that the simulator tells of itself and that its page shows.

They stand in tables of its code (faults, scenarios, kinds of findings) and in the code that judges and refuses.
A sentence with values in it is a template here, its values numbered from the left: `charged {0} times`.

`python -m tests.unit.pages.sentences` writes sentences that are new into the Spanish catalogue, without a
translation, and drops those that are gone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fake_heygen import scenario
from fake_heygen.faults import FAULTS, Argument
from fake_heygen.proof.finding import KINDS
from tests.unit.pages.messages import ROOT, update

SPANISH = ROOT / "locale" / "es" / "LC_MESSAGES" / "simulator.po"
FAKE = ROOT / "fake_heygen"
SPEAKING = ("vocabulary.py", "magic.py", "errors.py", "sender.py", "connection.py", "api/evidence.py")
TOLD = {"VocabularyError", "ApiError", "invalid", "Reply", "ConnectionAbortedError", "ConnectionResetError"}


def fault_sentences() -> Iterator[str]:
    """Yield what each fault does, what a sound client makes of it, and what its values are called."""
    for fault in FAULTS:
        yield from (fault.does, fault.sound_client)
    yield from (f"a {argument.value}" for argument in Argument)


def scenario_sentences() -> Iterator[str]:
    """Yield the sentences of the bundled scenarios."""
    for name in scenario.names():
        table = scenario.load(name)
        yield from (str(table["description"]), str(table["sound_client"]))


def judging_sentences() -> Iterator[str]:
    """Yield what the checker finds: the kinds, the reasons and the notes."""
    yield from KINDS.values()
    yield from (text for text in literals(parsed("proof/checker.py")) if text not in KINDS)
    yield from (text for text in literals(parsed("proof/history.py")) if text.startswith("went from"))


def refusing_sentences() -> Iterator[str]:
    """Yield what is said of words that cannot be read, of what is not there, and of attempts that got no answer."""
    for name in (*SPEAKING, "api/vocabulary.py"):
        for node in ast.walk(parsed(name)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TOLD:
                yield from literals(node)


def sentences() -> set[str]:
    """Return everything that needs a translation."""
    return {*fault_sentences(), *scenario_sentences(), *judging_sentences(), *refusing_sentences()}


def parsed(name: str) -> ast.Module:
    """Read a file of the simulator's."""
    return ast.parse((FAKE / name).read_text())


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the sentences that are written in a piece of code, no matter where; names and documentation are none."""
    match node:
        case ast.JoinedStr():
            yield from _if_sentence(template(node))
            for part in node.values:
                yield from literals(part.value) if isinstance(part, ast.FormattedValue) else ()
        case ast.Constant(value=str(text)):
            yield from _if_sentence(text)
        case ast.Expr(value=ast.Constant()):
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from literals(child)


def template(node: ast.JoinedStr) -> str:
    """Write an f-string as a template, its values numbered."""
    numbers = iter(range(len(node.values)))
    parts = [str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in node.values]
    return "".join(parts)


def _if_sentence(text: str) -> Iterator[str]:
    if " " in text.strip() and any(char.isalpha() for char in text):
        yield text


if __name__ == "__main__":
    update(SPANISH, sentences())
