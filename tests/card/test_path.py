"""From the leaf to a pinned anchor: name, key identifier, signature, and the validity of both."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.card.api import Reason
from gateway.card.model import CheckOutcome, Verification
from gateway.virtual.authority import Customise, DemoAuthority
from gateway.virtual.keys import PrivateKey
from gateway.virtual.names import AnchorSet, authority_name
from gateway.virtual.template import CertificateTemplate, Hash
from tests.card.forge import Field, Node, der, forge, parse, tlv
from tests.card.world import ISSUED_AT, PERSON, Keys, World

pytestmark = pytest.mark.anyio

AKI = x509.AuthorityKeyIdentifier
ELSEWHERE = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Elsewhere")])


@pytest.mark.parametrize("kind", ["sign", "auth"])
@pytest.mark.parametrize("generation", [1, 2])
async def test_every_generation_of_both_cas_is_trusted(
    world: World, kind: str, generation: int
) -> None:
    issued = world.issue(kind, generation=generation)

    found = await world.verify(issued.certificate)

    assert found.accepted
    assert str(found.identity) == f"jpki-{kind}:{issued.certificate.serial_number}"


async def test_the_generations_share_one_name(world: World) -> None:
    """Or the tests of this file would show nothing."""
    first = world.authority.issuer("jpki-auth", 1).certificate
    second = world.authority.issuer("jpki-auth", 2).certificate

    assert first.subject == second.subject
    assert first.public_key() != second.public_key()


async def test_an_issuer_that_is_not_pinned_is_not_trusted(world: World, keys: Keys) -> None:
    """Its name and its profile are right in everything."""
    foreign = DemoAuthority.create(ISSUED_AT, new_key=lambda: keys.other)
    issued = foreign.issue_authentication(PERSON, ISSUED_AT, key=keys.card)

    found = await world.verify(issued.certificate)

    assert found.reason is Reason.UNTRUSTED_ISSUER
    assert found.issuer is None


async def test_an_issuer_of_another_name_is_not_trusted(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, issuer=ELSEWHERE)

    found = await world.verify(world.issue(customise=change).certificate)

    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_a_certificate_of_its_own_making_is_not_trusted(world: World, keys: Keys) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, issuer=template.subject, issuer_key=keys.card)

    found = await world.verify(world.issue(customise=change).certificate)

    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_a_name_in_another_encoding_is_another_name(world: World) -> None:
    """The names of a closed world are compared byte for byte."""

    def change(tbs: Node) -> None:
        country = tbs.children[Field.ISSUER].children[0].children[0].children[1]
        assert country.tag == 0x13
        country.tag = 0x0C

    found = await world.verify(world.forged(change))

    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_the_right_name_over_another_generations_signature_is_refused(world: World) -> None:
    good = der(world.issue(generation=2).certificate)

    forged = forge(good, world.ca_key(generation=1), lambda tbs: None)

    found = await world.verify(forged)
    assert found.reason is Reason.BAD_ISSUER_SIGNATURE
    assert [check.outcome for check in found.checks][:3] == [
        CheckOutcome.PASSED,
        CheckOutcome.REFUSED,
        CheckOutcome.NOT_DONE,
    ]


async def test_a_certificate_changed_after_it_was_signed_is_refused(world: World) -> None:
    whole = parse(der(world.issue().certificate))
    serial = whole.children[0].children[Field.SERIAL]
    serial.replacement = tlv(0x02, b"\x7f")

    found = await world.verify(whole.encode())

    assert found.reason is Reason.BAD_ISSUER_SIGNATURE


async def test_the_sign_ca_does_not_sign_for_the_auth_ca(world: World) -> None:
    good = der(world.issue("auth").certificate)

    found = await world.verify(forge(good, world.ca_key("sign"), lambda tbs: None))

    assert found.reason is Reason.BAD_ISSUER_SIGNATURE


def _with_aki(value: x509.AuthorityKeyIdentifier) -> Customise:
    return lambda template: template.with_extension(value)


async def test_a_key_identifier_alone_is_enough(world: World) -> None:
    issuer = world.authority.issuer("jpki-auth", 2).certificate
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest

    issued = world.issue(customise=_with_aki(AKI(key_identifier, None, None)))

    assert (await world.verify(issued.certificate)).accepted


async def test_a_key_identifier_of_another_generation_is_refused(world: World) -> None:
    """Although the signature is the right one."""
    first = world.authority.issuer("jpki-auth", 1).certificate
    second = world.authority.issuer("jpki-auth", 2).certificate
    names = [x509.DirectoryName(second.issuer)]
    of_the_first = x509.SubjectKeyIdentifier.from_public_key(first.public_key()).digest

    issued = world.issue(
        generation=2, customise=_with_aki(AKI(of_the_first, names, second.serial_number))
    )

    found = await world.verify(issued.certificate)
    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_an_issuer_serial_of_another_generation_is_refused(world: World) -> None:
    first = world.authority.issuer("jpki-auth", 1).certificate
    second = world.authority.issuer("jpki-auth", 2).certificate
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(second.public_key()).digest
    names = [x509.DirectoryName(second.issuer)]

    issued = world.issue(
        generation=2, customise=_with_aki(AKI(key_identifier, names, first.serial_number))
    )

    found = await world.verify(issued.certificate)
    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_an_issuer_name_of_another_ca_is_refused(world: World) -> None:
    second = world.authority.issuer("jpki-auth", 2).certificate
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(second.public_key()).digest
    names = [x509.DirectoryName(authority_name(AnchorSet.SIGN))]

    issued = world.issue(customise=_with_aki(AKI(key_identifier, names, second.serial_number)))

    found = await world.verify(issued.certificate)
    assert found.reason is Reason.UNTRUSTED_ISSUER


async def _under_curve(
    world: World, authority_key: PrivateKey, hash_algorithm: Hash
) -> Verification:
    """A town whose CA has a key on a curve, as the next generation of cards may."""
    world.authority = DemoAuthority.create(ISSUED_AT, new_key=lambda: authority_key)
    world.pin_anchors()

    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, hash_algorithm=hash_algorithm)

    return await world.verify(world.issue(customise=change).certificate)


async def test_an_anchor_on_p_256_signs_with_sha_256(world: World, keys: Keys) -> None:
    assert (await _under_curve(world, keys.p256, hashes.SHA256())).accepted


async def test_an_anchor_on_p_384_signs_with_sha_384(world: World, keys: Keys) -> None:
    assert (await _under_curve(world, keys.p384, hashes.SHA384())).accepted


async def test_an_anchor_on_a_curve_does_not_sign_with_another_curves_hash(
    world: World, keys: Keys
) -> None:
    found = await _under_curve(world, keys.p384, hashes.SHA256())

    assert found.reason is Reason.BAD_ISSUER_SIGNATURE
