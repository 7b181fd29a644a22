from __future__ import annotations

import pytest

from core.signature import sign, verify

BODY = b'{"event_type":"avatar_video.success"}'
GOOD = sign(BODY, "whsec_a").encode()


def test_the_signature_is_the_known_one_of_rfc_4231() -> None:
    known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"what do ya want for nothing?", "Jefe") == known


@pytest.mark.parametrize(
    ("headers", "secrets", "holds"),
    [
        ([GOOD], ["whsec_a"], True),
        ([GOOD], ["whsec_b", "whsec_a"], True),
        ([GOOD], ["whsec_b"], False),
        ([GOOD], [], False),
        ([GOOD], [""], False),
        ([], ["whsec_a"], False),
        ([b""], ["whsec_a"], False),
        ([b","], ["whsec_a"], False),
        ([b"junk", GOOD], ["whsec_a"], True),
        ([b"junk, " + GOOD], ["whsec_a"], True),
        ([b"junk," + GOOD + b" ,more"], ["whsec_a"], True),
        ([b"  " + GOOD + b"\t"], ["whsec_a"], True),
        ([GOOD.upper()], ["whsec_a"], False),
        ([GOOD[:-1]], ["whsec_a"], False),
        ([GOOD + b"0"], ["whsec_a"], False),
        ([b"sha256=" + GOOD], ["whsec_a"], False),
        ([b"\xff\xfe\x00"], ["whsec_a"], False),
        (["señal".encode(), GOOD], ["whsec_a"], True),
        ([b"junk," * 5000], ["whsec_a"], False),
    ],
)
def test_a_signature_holds_only_for_its_body_and_secret(headers: list[bytes], secrets: list[str], holds: bool) -> None:
    assert verify(BODY, headers, secrets) is holds


def test_one_changed_byte_breaks_the_signature() -> None:
    assert not verify(BODY + b" ", [GOOD], ["whsec_a"])
    assert not verify(BODY.replace(b"success", b"succesS"), [GOOD], ["whsec_a"])


def test_without_a_secret_even_the_signature_of_the_empty_secret_is_not_believed() -> None:
    assert not verify(BODY, [sign(BODY, "").encode()], ["", ""])


def test_a_secret_that_is_not_ascii_works() -> None:
    assert verify(BODY, [sign(BODY, "contraseña").encode()], ["contraseña"])
