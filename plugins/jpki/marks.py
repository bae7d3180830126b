"""The marks by which a certificate shows its kind: policy, key usage and extended key usage.

The fourth mark is the issuer: the gateway knows the anchor set before it asks a profile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509

from gateway.card.api import CertificateError, CertificatePath, Reason

KNOWN_CRITICAL_EXTENSIONS = frozenset(
    extension.oid.dotted_string
    for extension in (x509.KeyUsage, x509.CertificatePolicies, x509.ExtendedKeyUsage)
)

SIGNATURE_POLICY_ARC = "1.2.392.200149.8.5.1.1"
AUTHENTICATION_POLICY_ARC = "1.2.392.200149.8.5.1.3"

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){2,}")


@dataclass(frozen=True, slots=True)
class Marks:
    policies: frozenset[str]
    """Dotted OIDs, of which the certificate must carry one. What stands beside it is no matter, and
    anyPolicy is another policy."""
    other_policy_arc: str
    """Below it lie the policies of the card's other certificate: it must carry none of them."""
    key_usage: x509.KeyUsage
    extended_key_usage: x509.ObjectIdentifier | None
    """The one that it must carry; None: it must carry none."""


def check_marks(path: CertificatePath, marks: Marks) -> None:
    """All of them, or CertificateError."""
    _check_key_identifier(path)
    _check_policies(path, marks)
    if path.value(x509.KeyUsage) != marks.key_usage:
        raise CertificateError(Reason.WRONG_KEY_USAGE, "not the key usage of this profile")
    _check_extended_key_usage(path, marks.extended_key_usage)


def _check_key_identifier(path: CertificatePath) -> None:
    """RFC 5280 §4.2.1.1. The generations of a CA share one name: each of their certificates says
    which of them has issued it. That it says so rightly is the path's to check."""
    identifier = path.value(x509.AuthorityKeyIdentifier)
    if identifier is None or identifier.key_identifier is None:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, "it does not name its issuer's key")


def _check_policies(path: CertificatePath, marks: Marks) -> None:
    carried = path.value(x509.CertificatePolicies)
    policies = {policy.policy_identifier.dotted_string for policy in carried or ()}
    for policy in policies:
        if policy.startswith(marks.other_policy_arc + "."):
            raise CertificateError(Reason.WRONG_CERTIFICATE_TYPE, f"policy {policy}")
    if policies.isdisjoint(marks.policies):
        found = ", ".join(sorted(policies)) or "none"
        raise CertificateError(Reason.WRONG_POLICY, f"policies carried: {found}")


def _check_extended_key_usage(path: CertificatePath, wanted: x509.ObjectIdentifier | None) -> None:
    carried = path.value(x509.ExtendedKeyUsage)
    is_right = carried is None if wanted is None else wanted in (carried or ())
    if not is_right:
        raise CertificateError(
            Reason.WRONG_EXTENDED_KEY_USAGE, "not the extended key usage of this profile"
        )


def policies_setting(settings: Mapping[str, object], default: frozenset[str]) -> frozenset[str]:
    """The profile's table holds `policies` and nothing else."""
    for key in settings:
        if key != "policies":
            raise ValueError(f"{key}: unknown key; this profile knows policies")
    policies = settings.get("policies")
    if policies is None:
        return default
    if not isinstance(policies, list | tuple) or not policies:
        raise ValueError("policies: a list of at least one dotted OID is needed")
    for policy in policies:
        if not isinstance(policy, str) or not _OID.fullmatch(policy):
            raise ValueError(f"policies: {policy!r} is not a dotted OID")
    return frozenset(policies)


def key_usage(*, content_commitment: bool) -> x509.KeyUsage:
    """digitalSignature, and contentCommitment (the older nonRepudiation) or not; nothing else."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
