"""Decide who comes in and what they may do; pure, from what the sign-in says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from core.errors import NotAdmitted, SettingsError


class Role(StrEnum):
    """Name what somebody may do: make reels; look behind them and simulate; change how the product is set up."""

    MARKETING = "marketing"
    QA = "qa"
    ADMIN = "admin"


IMPLIED: Final[Mapping[Role, frozenset[Role]]] = {
    Role.MARKETING: frozenset({Role.MARKETING}),
    Role.QA: frozenset({Role.MARKETING, Role.QA}),
    Role.ADMIN: frozenset(Role),
}
KEYS: Final = frozenset({"domains", "role_claim", *Role})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Hold who looks at the pages; without sign-in nobody has a name and everybody may do everything."""

    email: str = ""
    name: str = ""
    roles: frozenset[Role] = frozenset(Role)

    def may(self, role: Role) -> bool:
        """Tell whether this person has a role."""
        return role in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Hold who may come in: everybody of some domains, the people who are named, or whom a claim gives a role."""

    domains: frozenset[str] = frozenset()
    named: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    role_claim: str | None = None

    @classmethod
    def read(cls, section: Mapping[str, Any]) -> Policy:
        """Build the policy from the section `[access]` of the secrets file; raises SettingsError.

        Keys: `domains`, `marketing`, `qa` and `admin` are lists of text, `role_claim` is the name of a claim.
        """
        for key in section:
            if key not in KEYS:
                raise SettingsError("[access] in secrets.toml knows no {key!r}; use {keys}.", key=key, keys=_keys())
        policy = cls(
            domains=_words(section, "domains"),
            named={role: _words(section, role) for role in Role},
            role_claim=str(section["role_claim"]) if section.get("role_claim") else None,
        )
        if not (policy.domains or policy.role_claim or any(policy.named.values())):
            raise SettingsError(
                '[access] in secrets.toml lets nobody in: give it domains = ["example.com"], or name people as admin.'
            )
        return policy

    def admit(self, claims: Mapping[str, Any]) -> Person:
        """Return the person that the claims of an identity token describe; raises NotAdmitted."""
        email = str(claims.get("email") or "").strip().lower()
        if not email or claims.get("email_verified") is False:
            raise NotAdmitted("Your sign-in gives no confirmed e-mail address; ask whoever runs this to look at it.")
        roles = self._named(email) | self._claimed(claims, email) | self._of_domain(email)
        if not roles:
            raise NotAdmitted("{email} may not come in here; ask whoever runs this to let you in.", email=email)
        implied = frozenset[Role]().union(*(IMPLIED[role] for role in roles))
        return Person(email=email, name=str(claims.get("name") or email), roles=implied)

    def _named(self, email: str) -> frozenset[Role]:
        return frozenset(role for role, people in self.named.items() if email in people)

    def _of_domain(self, email: str) -> frozenset[Role]:
        return frozenset({Role.MARKETING}) if email.rpartition("@")[2] in self.domains else frozenset()

    def _claimed(self, claims: Mapping[str, Any], email: str) -> frozenset[Role]:
        """Return the roles that a claim gives; where domains are named, it gives none to others."""
        if self.role_claim is None or (self.domains and not self._of_domain(email)):
            return frozenset()
        value = claims.get(self.role_claim)
        words = value.replace(",", " ").split() if isinstance(value, str) else value
        return frozenset(Role(word) for word in words if word in set(Role)) if isinstance(words, list) else frozenset()


def _words(section: Mapping[str, Any], key: str) -> frozenset[str]:
    value = section.get(key) or []
    if isinstance(value, str) or not all(isinstance(word, str) for word in value):
        raise SettingsError("{key} in [access] of secrets.toml must be a list of text.", key=str(key))
    return frozenset(word.strip().lower() for word in value)


def _keys() -> str:
    return ", ".join(["domains", "role_claim", *Role])
