"""Whatever bytes come, the answer is a Verification that is not a yes; never an exception."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.model import Presentation, SignatureEncoding, Verification
from gateway.card.verify import CardVerifier
from tests.card.door import encode, open_door
from tests.card.forge import Node, der, forge, leaves
from tests.card.world import NOW, Keys, World

SETTINGS = settings(
    max_examples=300,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The fixtures are only read: one town serves all examples."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> World:
    folder: Path = tmp_path_factory.mktemp("hostile")
    made = World(folder, keys)
    made.authority.write_crls(made.crl_folder, NOW)
    return made


@pytest.fixture(scope="module")
def verifier(town: World) -> CardVerifier:
    return town.verifier()


@pytest.fixture(scope="module")
def certificates(town: World) -> list[bytes]:
    return [der(town.issue(kind).certificate) for kind in ("sign", "auth")]


def verify(verifier: CardVerifier, presentation: Presentation) -> Verification:
    return asyncio.run(verifier.verify(presentation, NOW))


def test_the_untouched_certificates_are_accepted(
    town: World, verifier: CardVerifier, certificates: list[bytes]
) -> None:
    for certificate in certificates:
        assert verify(verifier, town.present(certificate)).accepted


@SETTINGS
@given(certificate=st.binary(max_size=4_096))
def test_random_bytes_are_refused(town: World, verifier: CardVerifier, certificate: bytes) -> None:
    assert not verify(verifier, town.present(certificate)).accepted


@SETTINGS
@given(data=st.data())
def test_a_certificate_with_a_byte_changed_or_lost_is_refused(
    town: World, verifier: CardVerifier, certificates: list[bytes], data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from(certificates))
    at = data.draw(st.integers(0, len(good) - 1))
    change = data.draw(st.sampled_from(["truncate", "flip", "insert", "delete", "swap"]))
    byte = data.draw(st.integers(1, 255))
    changed = {
        "truncate": good[:at],
        "flip": good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :],
        "insert": good[:at] + bytes([byte]) + good[at:],
        "delete": good[:at] + good[at + 1 :],
        "swap": good[at:] + good[:at],
    }[change]

    found = verify(verifier, town.present(changed))

    assert found.accepted == (changed == good)


@SETTINGS
@given(data=st.data())
def test_what_the_ca_itself_signs_never_breaks_the_verifier(
    town: World, verifier: CardVerifier, certificates: list[bytes], data: st.DataObject
) -> None:
    """Any value anywhere in the tbsCertificate, and a signature of the CA that is right: it may be
    accepted (an unknown extension may say anything), but nothing is raised."""
    kind = data.draw(st.sampled_from(["sign", "auth"]))
    good = certificates[0 if kind == "sign" else 1]

    def change(tbs: Node) -> None:
        nodes = list(leaves(tbs))
        chosen = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        chosen.tag = data.draw(st.sampled_from([chosen.tag, 0x02, 0x03, 0x04, 0x0C, 0x13, 0x30]))
        chosen.content = data.draw(st.one_of(st.binary(max_size=40), st.just(chosen.content)))

    found = verify(verifier, town.present(forge(good, town.ca_key(kind), change)))

    assert found.accepted == (found.reason is None)


@SETTINGS
@given(
    signature=st.binary(max_size=600),
    encoding=st.sampled_from(SignatureEncoding),
    to_be_signed=st.binary(max_size=100),
)
def test_no_random_signature_is_accepted(
    verifier: CardVerifier,
    certificates: list[bytes],
    signature: bytes,
    encoding: SignatureEncoding,
    to_be_signed: bytes,
) -> None:
    presentation = Presentation(certificates[1], signature, encoding, to_be_signed)

    assert not verify(verifier, presentation).accepted


@SETTINGS
@given(
    certificate=st.binary(max_size=300),
    signature=st.binary(max_size=300),
    encoding=st.sampled_from(SignatureEncoding),
)
def test_the_endpoint_answers_random_bytes_as_a_bad_request_or_a_refusal(
    town: World, certificate: bytes, signature: bytes, encoding: SignatureEncoding
) -> None:
    async def ask() -> httpx2.Response:
        async with open_door(town) as door:
            return await door.verification(
                certificate=encode(certificate),
                signature=encode(signature),
                signature_encoding=encoding,
            )

    answer = asyncio.run(ask())

    assert answer.status_code in (200, 400)
    assert answer.json().get("outcome") != "accepted"
