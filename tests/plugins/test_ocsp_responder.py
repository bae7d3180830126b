"""Who may sign a response, and whom it names: the CA itself, or its own delegate."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as pyca
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.virtual.template import CertificateTemplate
from plugins.ocsp import Rules
from tests.card.forge import (
    key_usage,
)
from tests.card.world import NOW
from tests.plugins.ocsp_forge import (
    by_key,
    by_name,
)
from tests.plugins.ocsp_world import NEXT_UPDATE, PRODUCED, OcspWorld

Change = Callable[[CertificateTemplate], CertificateTemplate]
DAY = timedelta(days=1)
SHA1 = hashes.SHA1()  # noqa: S303 - names a certificate, or must be refused
NOT_FOR_OCSP = "its responder's certificate is not for signing OCSP responses"
NOT_IN_FORCE = "its responder's certificate is not in force"
NOT_THE_RESPONDER = "nobody in it is the responder that it names"
OTHER_CA = "its responder is delegated by another CA"
BAD_DELEGATION = "its responder is not delegated by the CA (a signature is wrong)"


def purposes(*oids: x509.ObjectIdentifier) -> Change:
    return lambda delegate: delegate.with_extension(x509.ExtendedKeyUsage(oids))


def test_a_delegate_of_the_ca_is_believed(ocsp: OcspWorld) -> None:
    status = ocsp.check(ocsp.response())

    assert ocsp.is_good(ocsp.response())
    assert status.source == "ocsp"
    assert (status.this_update, status.next_update) == (PRODUCED, NEXT_UPDATE)
    assert not status.stale


def test_the_ca_itself_is_believed(ocsp: OcspWorld) -> None:
    assert ocsp.is_good(ocsp.by_the_ca())


@pytest.mark.parametrize("hash_algorithm", [SHA1, hashes.SHA256()], ids=lambda it: it.name)
@pytest.mark.parametrize("encoding", list(pyca.OCSPResponderEncoding))
def test_what_cryptography_builds_is_read(
    ocsp: OcspWorld, hash_algorithm: hashes.HashAlgorithm, encoding: pyca.OCSPResponderEncoding
) -> None:
    built = (
        pyca.OCSPResponseBuilder()
        .add_response(
            cert=ocsp.leaf,
            issuer=ocsp.issuer,
            algorithm=hash_algorithm,
            cert_status=pyca.OCSPCertStatus.GOOD,
            this_update=PRODUCED,
            next_update=NEXT_UPDATE,
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(encoding, ocsp.delegate)
        .certificates([ocsp.delegate])
        .sign(ocsp.delegate_key, hashes.SHA256())
    )
    # It is produced at this machine's time, so the check is at that time too.
    rules = Rules(skew=abs(NOW - built.produced_at_utc) + DAY)

    assert ocsp.is_good(built.public_bytes(Encoding.DER), rules)


@pytest.mark.parametrize("kind", ["p256", "p384"])
def test_a_delegate_may_have_a_key_on_a_curve(ocsp: OcspWorld, kind: str) -> None:
    key = {"p256": ocsp.world.keys.p256, "p384": ocsp.world.keys.p384}[kind]
    delegate = ocsp.delegate_template(key=key).sign()

    assert ocsp.is_good(ocsp.response(delegate, key))
    assert ocsp.problem(replace(ocsp.response(delegate, key), signature=b"\x30\x00"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (purposes(ExtendedKeyUsageOID.CLIENT_AUTH), NOT_FOR_OCSP),
        (purposes(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), NOT_FOR_OCSP),
        (lambda it: it.without_extension(x509.ExtendedKeyUsage.oid), NOT_FOR_OCSP),
        (lambda it: replace(it, not_after=NOW - DAY), NOT_IN_FORCE),
        (lambda it: replace(it, not_before=NOW + DAY), NOT_IN_FORCE),
        (
            lambda it: it.without_extension(x509.OCSPNoCheck.oid),
            "its responder's own revocation cannot be ruled out",
        ),
        (
            lambda it: it.with_extension(key_usage("content_commitment"), critical=True),
            "its responder's key is not for digital signatures",
        ),
        (
            lambda it: it.with_extension(
                x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b""), critical=True
            ),
            "its responder's certificate has an unknown critical extension",
        ),
        (
            lambda it: replace(it, hash_algorithm=hashes.SHA512()),
            "its responder is not delegated by the CA (signed by an algorithm not allowed)",
        ),
    ],
)
def test_a_delegate_that_is_not_rightly_one_is_not_believed(
    ocsp: OcspWorld, change: Change, problem: str
) -> None:
    assert ocsp.problem(ocsp.delegated_by(change(ocsp.delegate_template()))) == problem


@pytest.mark.parametrize(
    "change",
    [
        purposes(ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.CLIENT_AUTH),
        lambda it: it.without_extension(x509.KeyUsage.oid),
        lambda it: replace(it, not_before=NOW, not_after=NOW + DAY),
        lambda it: replace(it, not_after=NOW),
        lambda it: it.with_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        ),
        lambda it: it.with_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"")
        ),
        lambda it: it.with_extension(x509.OCSPNoCheck(), critical=True),
    ],
)
def test_a_delegate_may_differ_in_what_does_not_matter(ocsp: OcspWorld, change: Change) -> None:
    assert ocsp.is_good(ocsp.delegated_by(change(ocsp.delegate_template())))


def test_settings_may_do_without_nocheck(ocsp: OcspWorld) -> None:
    template = ocsp.delegate_template().without_extension(x509.OCSPNoCheck.oid)

    assert ocsp.is_good(ocsp.delegated_by(template), Rules(require_nocheck=False))


@pytest.mark.parametrize(
    ("anchor_set", "generation", "problem"),
    [("jpki-sign", 2, OTHER_CA), ("jpki-auth", 1, BAD_DELEGATION)],
    ids=["a sibling CA", "another generation under the same name"],
)
def test_another_pinned_ca_can_neither_delegate_nor_sign(
    ocsp: OcspWorld, anchor_set: str, generation: int, problem: str
) -> None:
    other = ocsp.world.authority.issuer(anchor_set, generation)
    directly = replace(ocsp.by_the_ca(), key=other.private_key)
    named = replace(directly, responder_id=by_key(other.certificate))

    assert ocsp.problem(ocsp.delegated_by(ocsp.delegate_template(other))) == problem
    assert ocsp.problem(directly) == "a signature is wrong"
    assert ocsp.problem(named) == NOT_THE_RESPONDER
    assert ocsp.problem(replace(named, certificates=(other.certificate,)))


def test_the_root_cannot_delegate_for_the_ca_below_it(ocsp: OcspWorld) -> None:
    root, key = ocsp.authority, ocsp.world.keys.card
    below = replace(
        ocsp.delegate_template(key=key),
        extensions=((x509.BasicConstraints(ca=True, path_length=0), True),),
    ).sign()
    by_root = ocsp.delegate_template(root)
    by_the_issuer = replace(by_root, issuer=below.subject, issuer_key=key)
    ocsp.authority = replace(root, certificate=below, private_key=key)

    assert ocsp.is_good(ocsp.delegated_by(by_the_issuer))
    assert ocsp.problem(ocsp.delegated_by(by_root)) == OTHER_CA


def test_the_responder_is_named_by_name_or_by_key(ocsp: OcspWorld) -> None:
    delegated, direct = ocsp.response(), ocsp.by_the_ca()

    assert ocsp.is_good(replace(delegated, responder_id=by_name(ocsp.delegate)))
    assert ocsp.is_good(replace(direct, responder_id=by_name(ocsp.issuer)))


@pytest.mark.parametrize("naming", [by_name, by_key])
def test_a_response_that_names_another_than_its_signer_is_not_believed(
    ocsp: OcspWorld, naming: Callable[[x509.Certificate], bytes]
) -> None:
    other = ocsp.world.authority.issuer("jpki-sign", 2).certificate

    assert ocsp.problem(replace(ocsp.response(), responder_id=naming(other))) == NOT_THE_RESPONDER
    assert ocsp.problem(replace(ocsp.by_the_ca(), responder_id=naming(other))) == NOT_THE_RESPONDER
    assert ocsp.problem(replace(ocsp.response(), responder_id=naming(ocsp.issuer)))


def test_without_its_certificate_a_delegate_is_nobody(ocsp: OcspWorld) -> None:
    assert ocsp.problem(replace(ocsp.response(), certificates=())) == NOT_THE_RESPONDER


def test_other_certificates_beside_the_delegates_do_not_matter(ocsp: OcspWorld) -> None:
    response, others = ocsp.response(), (ocsp.issuer, ocsp.leaf)

    assert ocsp.is_good(replace(response, certificates=(*others, ocsp.delegate)))
    assert ocsp.is_good(replace(response, certificates=(ocsp.delegate, *others)))
    crowd = (*others, *others, *others, *others, ocsp.delegate)
    assert ocsp.problem(replace(response, certificates=crowd)) == (
        "it holds more than 8 certificates"
    )
