"""The four marks that tell the two certificates apart: one wrong mark each, both ways."""

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.card.api import Reason
from gateway.virtual.profile import (
    AUTHENTICATION_POLICY,
    SIGNATURE_POLICY,
    policies_extension,
)
from gateway.virtual.template import CertificateTemplate
from plugins.jpki.auth import AuthProfile
from plugins.jpki.sign import SignProfile
from tests.card.forge import find_extension, key_usage, make_critical
from tests.card.world import NOW, World

pytestmark = pytest.mark.anyio

ANY_POLICY = "2.5.29.32.0"
SMARTPHONE_SIGNATURE_POLICY = "1.2.392.200149.8.5.1.1.40"


async def reason_with(
    world: World, kind: str, value: x509.ExtensionType, *, critical: bool = True
) -> Reason | None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(value, critical=critical)

    return (await world.verify(world.issue(kind, customise=change).certificate)).reason


async def reason_without(world: World, kind: str, oid: x509.ObjectIdentifier) -> Reason | None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.without_extension(oid)

    return (await world.verify(world.issue(kind, customise=change).certificate)).reason


@pytest.mark.parametrize("kind", ["sign", "auth"])
async def test_a_certificate_with_all_its_marks_is_accepted(world: World, kind: str) -> None:
    assert (await world.verify(world.issue(kind).certificate)).accepted


# --- policy ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sign", "auth"])
@pytest.mark.parametrize("policy", [ANY_POLICY, "1.2.3.4", "1.2.392.200149.8.5.1.2.20"])
async def test_a_foreign_policy_is_refused(world: World, kind: str, policy: str) -> None:
    found = await reason_with(world, kind, policies_extension(policy))

    assert found is Reason.WRONG_POLICY


async def test_a_policy_of_the_arc_that_is_not_configured_is_refused(world: World) -> None:
    found = await reason_with(world, "sign", policies_extension(SMARTPHONE_SIGNATURE_POLICY))

    assert found is Reason.WRONG_POLICY


async def test_a_policy_that_is_configured_is_accepted(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(
            policies_extension(SMARTPHONE_SIGNATURE_POLICY), critical=True
        )

    certificate = world.issue("sign", customise=change).certificate
    profile = SignProfile({"policies": [SIGNATURE_POLICY, SMARTPHONE_SIGNATURE_POLICY]})
    verifier = world.verifier(card_profiles=[profile])

    assert (await verifier.verify(world.present(certificate), NOW)).accepted
    card = world.issue("sign").certificate
    assert (await verifier.verify(world.present(card), NOW)).accepted


async def test_configured_policies_stand_instead_of_the_default(world: World) -> None:
    verifier = world.verifier(
        card_profiles=[SignProfile({"policies": [SMARTPHONE_SIGNATURE_POLICY]})]
    )

    found = await verifier.verify(world.present(world.issue("sign").certificate), NOW)

    assert found.reason is Reason.WRONG_POLICY


@pytest.mark.parametrize(
    ("kind", "policy"), [("sign", AUTHENTICATION_POLICY), ("auth", SIGNATURE_POLICY)]
)
async def test_the_policy_of_the_other_certificate_is_refused(
    world: World, kind: str, policy: str
) -> None:
    found = await reason_with(world, kind, policies_extension(policy))

    assert found is Reason.WRONG_CERTIFICATE_TYPE


async def test_the_right_policy_may_stand_beside_others_but_the_other_certificates(
    world: World,
) -> None:
    def policies(*oids: str) -> x509.CertificatePolicies:
        return x509.CertificatePolicies(
            [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
        )

    for beside in (ANY_POLICY, "1.2.3.4", SMARTPHONE_SIGNATURE_POLICY):
        assert await reason_with(world, "sign", policies(SIGNATURE_POLICY, beside)) is None
        assert await reason_with(world, "sign", policies(beside)) is Reason.WRONG_POLICY
    both = policies(SIGNATURE_POLICY, AUTHENTICATION_POLICY)
    for kind in ("sign", "auth"):
        assert await reason_with(world, kind, both) is Reason.WRONG_CERTIFICATE_TYPE


@pytest.mark.parametrize("kind", ["sign", "auth"])
async def test_a_certificate_without_a_policy_is_refused(world: World, kind: str) -> None:
    found = await reason_without(world, kind, x509.CertificatePolicies.oid)

    assert found is Reason.WRONG_POLICY


async def test_a_policy_that_only_begins_like_the_right_one_is_refused(world: World) -> None:
    for policy in (SIGNATURE_POLICY + ".1", SIGNATURE_POLICY[:-1], SIGNATURE_POLICY + "0"):
        assert await reason_with(world, "sign", policies_extension(policy)) is Reason.WRONG_POLICY


# --- key usage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "bits"),
    [
        ("sign", ["digital_signature"]),
        ("sign", ["content_commitment"]),
        ("sign", ["digital_signature", "content_commitment", "key_cert_sign"]),
        ("sign", ["digital_signature", "content_commitment", "key_encipherment"]),
        ("auth", ["digital_signature", "content_commitment"]),
        ("auth", ["content_commitment"]),
        ("auth", ["digital_signature", "key_cert_sign"]),
        ("auth", ["key_agreement"]),
    ],
)
async def test_another_key_usage_is_refused(world: World, kind: str, bits: list[str]) -> None:
    assert await reason_with(world, kind, key_usage(*bits)) is Reason.WRONG_KEY_USAGE


@pytest.mark.parametrize("kind", ["sign", "auth"])
async def test_a_certificate_without_key_usage_is_refused(world: World, kind: str) -> None:
    assert await reason_without(world, kind, x509.KeyUsage.oid) is Reason.WRONG_KEY_USAGE


# --- extended key usage ---------------------------------------------------------------------


async def test_an_extended_key_usage_on_the_signature_certificate_is_refused(world: World) -> None:
    value = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])

    found = await reason_with(world, "sign", value, critical=False)

    assert found is Reason.WRONG_EXTENDED_KEY_USAGE


@pytest.mark.parametrize(
    "oids",
    [
        [ExtendedKeyUsageOID.SERVER_AUTH],
        [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
        [ExtendedKeyUsageOID.OCSP_SIGNING],
        [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
    ],
)
async def test_another_extended_key_usage_on_the_authentication_certificate_is_refused(
    world: World, oids: list[x509.ObjectIdentifier]
) -> None:
    found = await reason_with(world, "auth", x509.ExtendedKeyUsage(oids), critical=False)

    assert found is Reason.WRONG_EXTENDED_KEY_USAGE


@pytest.mark.parametrize(
    "beside", [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]
)
async def test_client_authentication_may_stand_beside_another_purpose(
    world: World, beside: x509.ObjectIdentifier
) -> None:
    value = x509.ExtendedKeyUsage([beside, ExtendedKeyUsageOID.CLIENT_AUTH])

    assert await reason_with(world, "auth", value, critical=False) is None


async def test_an_authentication_certificate_without_extended_key_usage_is_refused(
    world: World,
) -> None:
    found = await reason_without(world, "auth", x509.ExtendedKeyUsage.oid)

    assert found is Reason.WRONG_EXTENDED_KEY_USAGE


# --- key identifier -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sign", "auth"])
async def test_a_certificate_that_does_not_name_its_issuers_key_is_refused(
    world: World, kind: str
) -> None:
    issuer = world.authority.issuer(f"jpki-{kind}", 2).certificate
    names = [x509.DirectoryName(issuer.issuer)]
    by_serial = x509.AuthorityKeyIdentifier(None, names, issuer.serial_number)

    found = await reason_without(world, kind, x509.AuthorityKeyIdentifier.oid)
    assert found is Reason.MALFORMED_CERTIFICATE
    found = await reason_with(world, kind, by_serial, critical=False)
    assert found is Reason.MALFORMED_CERTIFICATE


# --- critical extensions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "oid"), [("sign", "2.5.29.17"), ("auth", "2.5.29.37")], ids=["SAN", "EKU"]
)
async def test_what_the_profile_checks_may_be_critical(world: World, kind: str, oid: str) -> None:
    forged = world.forged(lambda tbs: make_critical(find_extension(tbs, oid)), kind)

    assert (await world.verify(forged)).accepted


@pytest.mark.parametrize("oid", ["2.5.29.18", "2.5.29.31"], ids=["issuerAltName", "CRLDP"])
async def test_what_the_profile_does_not_check_may_not_be_critical(world: World, oid: str) -> None:
    forged = world.forged(lambda tbs: make_critical(find_extension(tbs, oid)))

    assert (await world.verify(forged)).reason is Reason.UNKNOWN_CRITICAL_EXTENSION


async def test_a_critical_name_on_the_authentication_certificate_is_refused(world: World) -> None:
    """Its profile looks at no subjectAltName."""
    value = x509.SubjectAlternativeName([x509.DNSName("example.test")])

    assert await reason_with(world, "auth", value, critical=False) is None
    found = await reason_with(world, "auth", value, critical=True)
    assert found is Reason.UNKNOWN_CRITICAL_EXTENSION


# --- settings -------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [SignProfile, AuthProfile])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"policy": ["1.2.3"]}, "policy: unknown key"),
        ({"policies": []}, "policies: a list"),
        ({"policies": "1.2.3"}, "policies: a list"),
        ({"policies": [5]}, "policies: 5 is not"),
        ({"policies": ["1"]}, "policies: '1' is not"),
        ({"policies": ["1.02.3"]}, "policies: '1.02.3' is not"),
        ({"policies": ["urn:oid:1.2.3"]}, "policies: 'urn"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(
    profile: type[SignProfile] | type[AuthProfile], table: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        profile(table)
