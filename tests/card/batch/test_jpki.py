"""The batch contract's sentences about the two certificates of a card, one by one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.virtual.keys import new_p384_key
from gateway.virtual.profile import policies_extension
from gateway.virtual.template import CertificateTemplate
from tests.card.batch.desk import ACCEPTED, ask, base64, card_line, line, rfc3339, verdict
from tests.card.forge import der, extension, extensions
from tests.card.test_algorithms import RSA_WITH_SHA1, under
from tests.card.world import NOW, Keys, World

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
ANY_POLICY = "2.5.29.32.0"
CLIENT_AUTH, SERVER_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
Names = list[x509.GeneralName]


def changed(world: World, kind: str, value: x509.ExtensionType) -> x509.Certificate:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(value, critical=value.oid != x509.ExtendedKeyUsage.oid)

    return world.issue(kind, customise=change).certificate


def without(world: World, kind: str, oid: x509.ObjectIdentifier) -> x509.Certificate:
    return world.issue(kind, customise=lambda made: made.without_extension(oid)).certificate


def with_names(world: World, change: Callable[[Names], Names]) -> x509.Certificate:
    """A signature certificate with other otherNames."""

    def customise(template: CertificateTemplate) -> CertificateTemplate:
        (names,) = (
            value
            for value, _ in template.extensions
            if isinstance(value, x509.SubjectAlternativeName)
        )
        return template.with_extension(x509.SubjectAlternativeName(change(list(names))))

    return world.issue("sign", customise=customise).certificate


async def test_a_signature_certificate_tells_its_own_strings(world: World) -> None:
    answer = await ask(card_line(world, world.issue("sign").certificate, "sign"))

    assert answer == {
        "id": "a line",
        "outcome": "accepted",
        "reason": None,
        "attributes": {
            "name": "花咲　太郎",
            "name_substitution": "00000",
            "gender": "1",
            "birth_date": "319801231",
            "address": "花園県花咲町桜一丁目２番３号",
            "address_substitution": "00000000000000",
        },
    }


async def test_what_it_does_not_carry_is_null(world: World) -> None:
    certificate = with_names(world, lambda names: names[:1])
    answer = await ask(card_line(world, certificate, "sign"))

    attributes = answer["attributes"]
    assert isinstance(attributes, dict)
    assert attributes.pop("name") == "花咲　太郎"
    assert set(attributes.values()) == {None}


async def test_an_authentication_certificate_has_no_attributes(world: World) -> None:
    answer = await ask(card_line(world, world.issue("auth").certificate))

    assert (answer["outcome"], answer["attributes"]) == ("accepted", None)


async def test_only_an_accepted_certificate_tells_attributes(world: World) -> None:
    certificate = world.issue("sign").certificate
    late = certificate.not_valid_after_utc + SECOND
    good = card_line(world, certificate, "sign")
    for asked in (good | {"at": rfc3339(late)}, good | {"crls": []}):
        answer = await ask(asked)
        assert answer["outcome"] != "accepted"
        assert answer["attributes"] is None


@pytest.mark.parametrize(
    ("bound", "offset", "expected"),
    [
        ("first", timedelta(), ACCEPTED),
        ("first", -SECOND, ("refused", "not_yet_valid")),
        ("last", timedelta(), ACCEPTED),
        ("last", SECOND, ("refused", "expired")),
    ],
)
async def test_both_bounds_of_its_validity_belong_to_it(
    world: World, bound: str, offset: timedelta, expected: tuple[str, str | None]
) -> None:
    certificate = world.issue("auth").certificate
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    at = (first if bound == "first" else last) + offset

    found = await verdict(card_line(world, certificate, at=at, revocation="off"))

    assert found == expected


async def test_a_part_of_the_last_second_still_belongs_to_it(world: World) -> None:
    certificate = world.issue("auth").certificate
    asked = card_line(world, certificate, revocation="off")
    asked["at"] = rfc3339(certificate.not_valid_after_utc).replace("Z", ".9999999Z")

    assert await verdict(asked) == ACCEPTED


async def test_the_time_may_be_written_with_an_offset(world: World) -> None:
    certificate = world.issue("auth").certificate
    tokyo = certificate.not_valid_after_utc + timedelta(hours=9)
    asked = card_line(world, certificate, revocation="off")

    asked["at"] = tokyo.strftime("%Y-%m-%dt%H:%M:%S+09:00")
    assert await verdict(asked) == ACCEPTED
    asked["at"] = (tokyo + SECOND).strftime("%Y-%m-%d %H:%M:%S+09:00")
    assert await verdict(asked) == ("refused", "expired")


async def test_the_clock_decides_nothing(world: World) -> None:
    """A certificate of long ago, at a time when it was good."""
    issued = world.issue_in(2023)
    anchors = [each for _, each in world.authority.anchors()]
    at = issued.certificate.not_valid_before_utc + timedelta(days=1)

    asked = line(issued.certificate, anchors, at=at, revocation="off")

    assert await verdict(asked) == ACCEPTED


async def test_an_anchor_past_its_validity_is_refused(world: World) -> None:
    anchor = world.authority.issuer("jpki-auth", 1).certificate
    last = anchor.not_valid_after_utc

    def longer(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, not_after=last + timedelta(days=30))

    certificate = world.issue(generation=1, customise=longer).certificate
    for at, expected in ((last, ACCEPTED), (last + SECOND, ("refused", "anchor_expired"))):
        asked = card_line(world, certificate, at=at, revocation="off")
        assert await verdict(asked) == expected


async def test_only_an_anchor_issues_it_and_nothing_in_the_pool(world: World) -> None:
    certificate = world.issue("auth").certificate
    issuer = world.authority.issuer("jpki-auth", 2).certificate
    other = world.authority.issuer("jpki-auth", 1).certificate

    asked = line(certificate, [issuer], revocation="off")
    assert await verdict(asked) == ACCEPTED
    for anchors in ([other], []):
        asked = line(certificate, anchors, revocation="off", pool=[base64(der(issuer))])
        assert await verdict(asked) == ("refused", "untrusted_issuer")


@pytest.mark.parametrize(("kind", "asked_for"), [("auth", "sign"), ("sign", "auth")])
async def test_the_service_of_an_anchor_is_told_by_its_name(
    world: World, kind: str, asked_for: str
) -> None:
    asked = card_line(world, world.issue(kind).certificate, kind)
    assert await verdict(asked) == ACCEPTED

    asked["profile"] = f"jpki-{asked_for}"
    assert await verdict(asked) == ("refused", "wrong_certificate_type")


async def test_the_marks_of_the_other_certificate_under_the_right_name_are_refused(
    world: World,
) -> None:
    policy = policies_extension("1.2.392.200149.8.5.1.1.20")

    asked = card_line(world, changed(world, "auth", policy))

    assert await verdict(asked) == ("refused", "wrong_certificate_type")


@pytest.mark.parametrize("kind", ["sign", "auth"])
@pytest.mark.parametrize("policy", [ANY_POLICY, "1.2.3.4"])
async def test_any_policy_does_not_stand_for_jpkis(world: World, kind: str, policy: str) -> None:
    certificate = changed(world, kind, policies_extension(policy))

    for demanded in ([], [policy]):
        asked = card_line(world, certificate, kind, policies=demanded)
        assert await verdict(asked) == ("refused", "wrong_policy")


@pytest.mark.parametrize(
    ("kind", "usages"),
    [("sign", [CLIENT_AUTH]), ("auth", [SERVER_AUTH]), ("auth", [])],
)
async def test_extended_key_usages_are_the_profiles(
    world: World, kind: str, usages: Sequence[x509.ObjectIdentifier]
) -> None:
    certificate = (
        changed(world, kind, x509.ExtendedKeyUsage(usages))
        if usages
        else without(world, kind, x509.ExtendedKeyUsage.oid)
    )

    asked = card_line(world, certificate, kind)

    assert await verdict(asked) == ("refused", "wrong_extended_key_usage")


async def test_an_attribute_that_stands_there_twice_is_refused(world: World) -> None:
    certificate = with_names(world, lambda names: [*names, names[0]])

    asked = card_line(world, certificate, "sign")

    assert await verdict(asked) == ("refused", "duplicate_attribute")


async def test_an_extension_that_stands_there_twice_is_refused(world: World) -> None:
    forged = world.forged(lambda tbs: extensions(tbs).append(extensions(tbs)[0]))

    assert await verdict(card_line(world, forged)) == ("refused", "malformed_certificate")


async def test_an_unknown_critical_extension_is_refused(world: World) -> None:
    unknown = extension("1.3.6.1.4.1.99999.1", b"\x05\x00", critical=True)
    forged = world.forged(lambda tbs: extensions(tbs).append(unknown))

    assert await verdict(card_line(world, forged)) == ("refused", "unknown_critical_extension")


async def test_sha_1_is_refused(world: World) -> None:
    forged = under(RSA_WITH_SHA1, world, hashes.SHA1())  # noqa: S303

    assert await verdict(card_line(world, forged)) == ("refused", "unsupported_algorithm")


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65537), (2048, 3)])
async def test_a_weak_key_is_refused(world: World, bits: int, exponent: int) -> None:
    weak = rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 30032).public_key()
    certificate = world.issue(customise=lambda made: replace(made, public_key=weak)).certificate

    assert await verdict(card_line(world, certificate)) == ("refused", "weak_key")


async def test_the_next_generations_keys_are_good(world: World, keys: Keys) -> None:
    from_p384 = world.issue("auth", key=keys.p384).certificate
    assert await verdict(card_line(world, from_p384)) == ACCEPTED

    made = iter([new_p384_key() for _ in range(4)])
    authority = type(world.authority).create(NOW - timedelta(days=1), new_key=lambda: next(made))
    world.authority = authority
    assert await verdict(card_line(world, world.issue("sign").certificate, "sign")) == ACCEPTED


@pytest.mark.parametrize("tail", [b"\x00", b"\x30\x00"])
async def test_bytes_behind_it_are_refused(world: World, tail: bytes) -> None:
    asked = card_line(world, der(world.issue().certificate) + tail)

    assert await verdict(asked) == ("refused", "malformed_certificate")


async def test_an_indefinite_length_is_refused(world: World) -> None:
    good = der(world.issue().certificate)

    asked = card_line(world, b"\x30\x80" + good[4:] + b"\x00\x00")

    assert await verdict(asked) == ("refused", "malformed_certificate")


async def test_what_may_be_no_anchor_has_issued_nothing(world: World) -> None:
    """Beside a good one it harms nobody."""
    certificate = world.issue("auth").certificate
    issuer = world.authority.issuer("jpki-auth", 2)
    another = der(world.issue("auth").certificate)

    for bad in (b"", b"\x30\x00", another):
        asked = line(certificate, [bad], revocation="off")
        assert await verdict(asked) == ("refused", "untrusted_issuer")
        asked = line(certificate, [bad, issuer.certificate], revocation="off")
        assert await verdict(asked) == ACCEPTED
