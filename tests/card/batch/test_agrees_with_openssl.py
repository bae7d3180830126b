"""`openssl verify` and the batch contract answer alike where both can express the case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography import x509

from gateway.card.general.model import PolicyInputs
from gateway.virtual.person import HANASAKI
from gateway.virtual.profile import AUTHENTICATION_POLICY, SIGNATURE_POLICY, policies_extension
from gateway.virtual.template import CertificateTemplate
from tests.card.batch.desk import ask, card_line, crl
from tests.card.batch.test_crls import UNUSABLE, revoke
from tests.card.forge import Change, der, extension, extensions, forge
from tests.card.general.openssl import Question, accepts
from tests.card.world import NOW, World

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
FLIPS = 60
POLICIES = {"sign": SIGNATURE_POLICY, "auth": AUTHENTICATION_POLICY}


async def both(
    world: World,
    tmp_path: Path,
    certificate: x509.Certificate | bytes,
    kind: str = "auth",
    *,
    crls: Sequence[bytes] | None = None,
    at: datetime = NOW,
) -> tuple[bool, bool]:
    """With the profile's policy demanded: more of a profile openssl cannot be told."""
    leaf = certificate if isinstance(certificate, bytes) else der(certificate)
    lists = [crl(world, kind)] if crls is None else crls
    answer = await ask(card_line(world, leaf, kind, crls=lists, at=at))
    question = Question(
        leaf=leaf,
        pool=[],
        anchors=[der(each) for name, each in world.authority.anchors() if name.endswith(kind)],
        at=at,
        inputs=PolicyInputs(frozenset({POLICIES[kind]}), explicit_policy=True),
        crls=lists,
        crl_check="-crl_check",
    )
    return answer["outcome"] == "accepted", accepts(question, tmp_path)


@pytest.mark.parametrize("kind", ["auth", "sign"])
@pytest.mark.parametrize("generation", [1, 2])
async def test_good_certificates(world: World, tmp_path: Path, kind: str, generation: int) -> None:
    certificate = world.issue(kind, generation=generation).certificate
    lists = [crl(world, kind, generation)]

    assert await both(world, tmp_path, certificate, kind, crls=lists) == (True, True)


# Not the last second itself: RFC 5280 §4.1.2.5 and we count it in, OpenSSL does not.
@pytest.mark.parametrize(
    ("bound", "offset"),
    [
        ("first", -SECOND),
        ("first", timedelta()),
        ("first", SECOND),
        ("last", -SECOND),
        ("last", SECOND),
    ],
)
async def test_the_bounds_of_validity(
    world: World, tmp_path: Path, bound: str, offset: timedelta
) -> None:
    certificate = world.issue().certificate
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    at = (first if bound == "first" else last) + offset
    fresh = world.authority.crl("jpki-auth", 2, HANASAKI, at - SECOND, next_update=at + SECOND)

    ours, theirs = await both(world, tmp_path, certificate, crls=[fresh], at=at)

    assert ours == theirs
    assert ours == (first <= at <= last)


TEMPLATES: Mapping[str, Callable[[CertificateTemplate], CertificateTemplate]] = {
    "another policy": lambda made: made.with_extension(policies_extension("1.2.3"), critical=True),
    "no policy": lambda made: made.without_extension(x509.CertificatePolicies.oid),
    "another issuer's name": lambda made: replace(made, issuer=made.subject),
    "another key identifier": lambda made: made.with_extension(
        x509.AuthorityKeyIdentifier(b"another", None, None)
    ),
    "an unknown critical extension": lambda made: made.with_extension(
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), critical=True
    ),
    "an unknown extension": lambda made: made.with_extension(
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    ),
    "nothing": lambda made: made,
}


@pytest.mark.parametrize("name", TEMPLATES)
async def test_certificates_with_one_change(world: World, tmp_path: Path, name: str) -> None:
    certificate = world.issue(customise=TEMPLATES[name]).certificate

    ours, theirs = await both(world, tmp_path, certificate)

    assert ours == theirs == (name in ("nothing", "an unknown extension"))


DER: Mapping[str, Change] = {
    "an extension twice": lambda tbs: extensions(tbs).append(extensions(tbs)[0]),
    "an extension of rubbish": lambda tbs: extensions(tbs).append(
        extension("2.5.29.36", b"\xff", critical=True)
    ),
}


@pytest.mark.parametrize("name", DER)
async def test_certificates_in_another_form(world: World, tmp_path: Path, name: str) -> None:
    assert await both(world, tmp_path, world.forged(DER[name])) == (False, False)


@pytest.mark.parametrize("signer", ["the other service", "the card", "another generation"])
async def test_certificates_that_another_has_signed(
    world: World, tmp_path: Path, signer: str
) -> None:
    key = {
        "the other service": world.ca_key("sign"),
        "the card": world.keys.card,
        "another generation": world.ca_key("auth", 1),
    }[signer]
    forged = forge(der(world.issue().certificate), key, lambda tbs: None)

    assert await both(world, tmp_path, forged) == (False, False)


@pytest.mark.parametrize("name", sorted(set(UNUSABLE) - {"without a scope"}))
async def test_crls_that_are_unusable(world: World, tmp_path: Path, name: str) -> None:
    """RFC 5280 lets a CRL without a scope speak for all; JPKI's are one for each municipality."""
    lists = [crl(world, customise=UNUSABLE[name])]

    assert await both(world, tmp_path, world.issue().certificate, crls=lists) == (False, False)


@pytest.mark.parametrize("offset", [-SECOND, SECOND])
async def test_the_end_of_a_crl(world: World, tmp_path: Path, offset: timedelta) -> None:
    end = NOW + timedelta(days=1)
    lists = [crl(world, next_update=end)]

    ours, theirs = await both(
        world, tmp_path, world.issue().certificate, crls=lists, at=end + offset
    )

    assert ours == theirs == (offset <= timedelta())


@pytest.mark.parametrize("reason", ["superseded", "certificate_hold"])
async def test_revoked_certificates(world: World, tmp_path: Path, reason: str) -> None:
    certificate = world.issue().certificate
    assert await both(world, tmp_path, certificate) == (True, True)

    revoke(world, certificate, reason)
    assert await both(world, tmp_path, certificate) == (False, False)


async def test_certificates_with_a_bit_changed_by_chance(world: World, tmp_path: Path) -> None:
    good = der(world.issue("sign").certificate)
    chance = Random(4)  # noqa: S311
    for _ in range(FLIPS):
        changed = bytearray(good)
        changed[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        assert await both(world, tmp_path, bytes(changed), "sign") == (False, False)
