"""The certificate as a document: for people, as JSON, and as JUnit XML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from fake_heygen.proof.certificate.rule import Examined, Result

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What became of every rule."""

    url: str
    examined: tuple[Examined, ...]

    @property
    def sound(self) -> bool:
        """Say whether no rule was broken."""
        return not self.failed

    @property
    def failed(self) -> list[str]:
        """Return the names of the broken rules."""
        return [one.rule.name for one in self.examined if one.result is Result.FAIL]

    def counts(self) -> dict[str, int]:
        """Return how many rules have each result."""
        counted = Counter(one.result for one in self.examined)
        return {result.value: counted[result] for result in Result}

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "receiver": self.url,
            "sound": self.sound,
            "counts": self.counts(),
            "checks": [
                {
                    "name": one.rule.name,
                    "group": one.rule.group,
                    "claim": one.rule.claim,
                    "result": one.result.value,
                    "reason": one.reason or None,
                    "seconds": one.seconds,
                }
                for one in self.examined
            ],
        }

    def lines(self) -> Iterator[str]:
        """Write it for people."""
        for one in self.examined:
            yield line(one)
        yield self.summary()

    def summary(self) -> str:
        """Write the verdict for people."""
        counted = ", ".join(f"{number} {result}" for result, number in self.counts().items())
        return f"{self.url}: {counted}: {'sound' if self.sound else 'unsound'}"

    def junit(self) -> str:
        """Return JUnit XML, one test case a rule."""
        counts = self.counts()
        suite = ElementTree.Element(
            "testsuite",
            name="receiver certificate",
            tests=str(len(self.examined)),
            failures=str(counts["fail"]),
            errors="0",
            skipped=str(counts["skip"]),
            time=f"{sum(one.seconds for one in self.examined):.3f}",
        )
        for one in self.examined:
            suite.append(_case(one))
        return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def line(one: Examined) -> str:
    """Write one rule's result for people."""
    told = f"{one.rule.claim}: {one.reason}" if one.reason else one.rule.claim
    return f"{one.result.value.upper():<4}  {one.rule.name:<29} {told}"


def _case(one: Examined) -> ElementTree.Element:
    names = {"classname": f"certificate.{one.rule.group}", "name": one.rule.name, "time": f"{one.seconds:.3f}"}
    case = ElementTree.Element("testcase", names)
    reason = NOT_XML.sub("?", one.reason)
    if one.result is Result.FAIL:
        ElementTree.SubElement(case, "failure", message=reason).text = one.rule.claim
    elif one.result is Result.SKIP:
        ElementTree.SubElement(case, "skipped", message=reason)
    elif one.result is Result.WARN:
        ElementTree.SubElement(case, "system-out").text = reason
    return case
