from __future__ import annotations

from typing import Any

import pytest

from core.access import Person, Policy, Role
from core.errors import NotAdmitted, SettingsError

ANA = {"email": "Ana@Example.com", "email_verified": True, "name": "Ana"}
EVERYTHING = frozenset(Role)
POLICY = {"domains": ["example.com"], "qa": ["ana@example.com"], "admin": ["eva@elsewhere.test"], "role_claim": "roles"}


def admit(section: dict[str, Any], **claims: Any) -> frozenset[Role]:
    return Policy.read(section).admit(ANA | claims).roles


@pytest.mark.parametrize(
    ("section", "claims", "roles"),
    [
        ({"domains": ["example.com"]}, {}, {Role.MARKETING}),
        ({"domains": ["EXAMPLE.com "]}, {}, {Role.MARKETING}),
        (POLICY, {}, {Role.MARKETING, Role.QA}),
        (POLICY, {"email": "eva@elsewhere.test"}, EVERYTHING),
        (POLICY, {"email": "bo@example.com"}, {Role.MARKETING}),
        (POLICY, {"email": "bo@example.com", "roles": "admin"}, EVERYTHING),
        (POLICY, {"email": "bo@example.com", "roles": ["qa", "cook"]}, {Role.MARKETING, Role.QA}),
        (POLICY, {"email": "bo@example.com", "roles": "cook, qa"}, {Role.MARKETING, Role.QA}),
        (POLICY, {"email": "bo@example.com", "roles": 7}, {Role.MARKETING}),
        ({"role_claim": "groups"}, {"groups": ["qa"]}, {Role.MARKETING, Role.QA}),
        ({"marketing": ["ana@example.com"]}, {}, {Role.MARKETING}),
    ],
)
def test_roles_come_from_domain_name_and_claim(section: Any, claims: Any, roles: set[Role]) -> None:
    assert admit(section, **claims) == roles


@pytest.mark.parametrize(
    ("section", "claims"),
    [
        (POLICY, {"email": "bo@other.test"}),
        (POLICY, {"email": "bo@other.test", "roles": ["admin"]}),  # a claim does not open a domain
        (POLICY, {"email": "example.com@other.test"}),
        (POLICY, {"email": "bo@sub.example.com"}),
        (POLICY, {"email": "bo@notexample.com"}),
        (POLICY, {"email_verified": False}),
        (POLICY, {"email": ""}),
        (POLICY, {"email": None}),
        ({"role_claim": "groups"}, {"groups": ["cooks"]}),
        ({"role_claim": "groups"}, {}),
        ({"admin": ["eva@elsewhere.test"]}, {}),
    ],
)
def test_nobody_else_comes_in(section: Any, claims: Any) -> None:
    with pytest.raises(NotAdmitted):
        admit(section, **claims)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({}, "lets nobody in"),
        ({"domains": []}, "lets nobody in"),
        ({"domains": "example.com"}, "list of text"),
        ({"admin": [1]}, "list of text"),
        ({"domain": ["example.com"]}, "'domain'"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(section: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Policy.read(section)


def test_a_refusal_names_the_address_and_nothing_else_of_the_claims() -> None:
    with pytest.raises(NotAdmitted, match=r"bo@other\.test may not come in") as refused:
        admit(POLICY, email="bo@other.test", sub="secret-subject")
    assert "secret-subject" not in str(refused.value)


def test_without_sign_in_everybody_may_do_everything() -> None:
    assert all(Person().may(role) for role in Role)
