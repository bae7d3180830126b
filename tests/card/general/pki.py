"""A PKI to one's taste: CAs and leaves with P-256 keys, which are made in no time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.general.model import GeneralPath, RevocationCheck
from gateway.card.general.policy_extensions import ANY_POLICY
from gateway.card.general.validate import validate
from tests.card.forge import Change, forge, key_usage, oid_der, tlv

AT = datetime(2026, 6, 1, tzinfo=UTC)
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2026, 12, 31, tzinfo=UTC)
POLICY_MAPPINGS = x509.ObjectIdentifier("2.5.29.33")

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str, organisation: str = "Town") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
        ]
    )


@dataclass(frozen=True)
class Entity:
    name: x509.Name
    key: Key
    der: bytes


Extensions = Sequence[tuple[x509.ExtensionType, bool]]


def issue(
    subject: x509.Name | str,
    issuer: Entity | None = None,
    *,
    key: Key | None = None,
    ca: bool = True,
    path_length: int | None = None,
    extensions: Extensions = (),
    without: Sequence[type[x509.ExtensionType]] = (),
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    change: Change | None = None,
) -> Entity:
    """Signed by itself where no issuer is named. What `extensions` has takes the place of what
    would be there."""
    key = key or new_key()
    subject = name(subject) if isinstance(subject, str) else subject
    issuer_name, issuer_key = (subject, key) if issuer is None else (issuer.name, issuer.key)
    usage = ("key_cert_sign", "crl_sign") if ca else ("digital_signature",)
    found: dict[x509.ObjectIdentifier, tuple[x509.ExtensionType, bool]] = {}
    for value, critical in (
        (x509.BasicConstraints(ca=ca, path_length=path_length), True),
        (key_usage(*usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
        *extensions,
    ):
        if not isinstance(value, tuple(without)):
            found[value.oid] = (value, critical)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    for value, critical in found.values():
        builder = builder.add_extension(value, critical)
    der = builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.DER)
    if change is not None:
        der = forge(der, issuer_key, change)
    return Entity(subject, key, der)


def check(
    leaf: Entity,
    *pool: Entity,
    anchor: Entity | Sequence[Entity],
    at: datetime = AT,
    policies: frozenset[str] = frozenset({ANY_POLICY}),
    explicit_policy: bool = False,
    inhibit_any_policy: bool = False,
    inhibit_policy_mapping: bool = False,
    revocation: RevocationCheck | None = None,
) -> GeneralPath:
    anchors = [anchor] if isinstance(anchor, Entity) else anchor
    return validate(
        leaf.der,
        [each.der for each in pool],
        [each.der for each in anchors],
        at=at,
        policies=policies,
        explicit_policy=explicit_policy,
        inhibit_any_policy=inhibit_any_policy,
        inhibit_policy_mapping=inhibit_policy_mapping,
        revocation=revocation,
    )


def policies(*oids: str) -> tuple[x509.ExtensionType, bool]:
    found = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    return x509.CertificatePolicies(found), False


def mappings(*pairs: tuple[str, str]) -> tuple[x509.ExtensionType, bool]:
    inner = b"".join(tlv(0x30, oid_der(one) + oid_der(other)) for one, other in pairs)
    return x509.UnrecognizedExtension(POLICY_MAPPINGS, tlv(0x30, inner)), True
