"""The extensions of each kind of certificate: what JPKI's own carry, in the order they carry it."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from gateway.virtual.keys import PublicKey
from gateway.virtual.names import (
    AnchorSet,
    authority_japanese_name,
    authority_name,
    distribution_point_name,
)
from gateway.virtual.person import Municipality, Person
from gateway.virtual.template import Extension

SIGNATURE_POLICY = "1.2.392.200149.8.5.1.1.20"
AUTHENTICATION_POLICY = "1.2.392.200149.8.5.1.3.30"
BASIC_ATTRIBUTE_ARC = "1.2.392.200149.8.5.5"
NAME, NAME_SUBSTITUTION, GENDER, BIRTH_DATE, ADDRESS, ADDRESS_SUBSTITUTION = (
    f"{BASIC_ATTRIBUTE_ARC}.{member}" for member in range(1, 7)
)

# Reserved names (RFC 6761): the demo's certificates point at nobody's server.
_CPS_URI = "http://www.genkan-demo.invalid/cps.html"
_OCSP_URI = "http://ocspauthnorm.genkan-demo.invalid"


def authority_extensions(anchor_set: AnchorSet, public_key: PublicKey) -> tuple[Extension, ...]:
    """A self-signed root that issues end-entity certificates itself."""
    return (
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.SubjectAlternativeName([_directory(authority_japanese_name(anchor_set))]), False),
        (_distribution_points(authority_name(anchor_set)), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
    )


def signature_extensions(
    person: Person, public_key: PublicKey, issuer: x509.Certificate
) -> tuple[Extension, ...]:
    return (
        (_key_usage(digital_signature=True, content_commitment=True), True),
        (basic_attributes_extension(basic_attributes(person)), False),
        (policies_extension(SIGNATURE_POLICY), True),
        *_common(AnchorSet.SIGN, person.municipality, issuer, public_key),
    )


def authentication_extensions(
    municipality: Municipality, public_key: PublicKey, issuer: x509.Certificate
) -> tuple[Extension, ...]:
    ocsp = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(_OCSP_URI)
    )
    return (
        (_key_usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (policies_extension(AUTHENTICATION_POLICY), True),
        (x509.AuthorityInformationAccess([ocsp]), False),
        *_common(AnchorSet.AUTH, municipality, issuer, public_key),
    )


def policies_extension(policy: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(policy), [_CPS_URI])]
    )


def basic_attributes(person: Person) -> list[tuple[str, str]]:
    """OID and text, in the order seen in issued certificates."""
    name_marks = person.name_substitution or "0" * len(person.name)
    address_marks = person.address_substitution or "0" * len(person.address)
    return [
        (NAME, person.name),
        (BIRTH_DATE, person.certificate_birth_date),
        (GENDER, person.gender),
        (ADDRESS, person.address),
        (NAME_SUBSTITUTION, name_marks),
        (ADDRESS_SUBSTITUTION, address_marks),
    ]


def basic_attributes_extension(
    attributes: Sequence[tuple[str, str]],
) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.OtherName(x509.ObjectIdentifier(oid), _utf8_string(text)) for oid, text in attributes]
    )


def _common(
    anchor_set: AnchorSet,
    municipality: Municipality,
    issuer: x509.Certificate,
    public_key: PublicKey,
) -> tuple[Extension, ...]:
    issuer_key_identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return (
        (x509.IssuerAlternativeName([_directory(authority_japanese_name(anchor_set))]), False),
        (_distribution_points(distribution_point_name(anchor_set, municipality)), False),
        (
            x509.AuthorityKeyIdentifier(
                issuer_key_identifier.value.digest,
                [_directory(issuer.issuer)],
                issuer.serial_number,
            ),
            False,
        ),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
    )


def _directory(name: x509.Name) -> x509.DirectoryName:
    return x509.DirectoryName(name)


def _distribution_points(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint(
        full_name=[_directory(name)], relative_name=None, reasons=None, crl_issuer=None
    )
    return x509.CRLDistributionPoints([point])


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _utf8_string(text: str) -> bytes:
    """X.690 §8.23: tag 12, DER length, the text."""
    value = text.encode()
    size = len(value)
    if size < 0x80:
        return bytes((0x0C, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x0C, 0x80 | len(length))) + length + value
