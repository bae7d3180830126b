"""What a response is signed with, and by which keys: allowed ones alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.virtual.keys import PrivateKey
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import Change as ForgeChange
from tests.card.forge import (
    Field,
    Node,
    der,
    extensions,
    forge,
    oid_der,
    parse,
    replace_field,
    tlv,
)
from tests.plugins.ocsp_forge import (
    ECDSA_SHA256,
    RSA_SHA1,
    RSA_SHA512,
    ResponseTemplate,
    by_name,
    wrap,
)
from tests.plugins.ocsp_world import PRODUCED, OcspWorld

Change = Callable[[CertificateTemplate], CertificateTemplate]
DAY = timedelta(days=1)
SHA1 = hashes.SHA1()  # noqa: S303 - names a certificate, or must be refused
NOT_FOR_OCSP = "its responder's certificate is not for signing OCSP responses"
NOT_IN_FORCE = "its responder's certificate is not in force"
NOT_THE_RESPONDER = "nobody in it is the responder that it names"
OTHER_CA = "its responder is delegated by another CA"
BAD_DELEGATION = "its responder is not delegated by the CA (a signature is wrong)"


def test_a_signature_of_another_response_is_not_believed(ocsp: OcspWorld) -> None:
    other = ocsp.response().with_single(this_update=PRODUCED - DAY)

    assert ocsp.problem(replace(ocsp.response(), signature=other.own_signature())) == (
        "a signature is wrong"
    )


@pytest.mark.parametrize(
    ("algorithm", "hash_algorithm", "problem"),
    [
        (RSA_SHA1, SHA1, "signed by an algorithm not allowed"),
        (RSA_SHA512, hashes.SHA512(), "signed by an algorithm not allowed"),
        (ECDSA_SHA256, hashes.SHA256(), "signed by an algorithm its signer's key cannot have used"),
    ],
)
def test_an_algorithm_that_is_not_allowed_is_not_believed(
    ocsp: OcspWorld, algorithm: bytes, hash_algorithm: hashes.HashAlgorithm, problem: str
) -> None:
    response: ResponseTemplate = ocsp.response()
    changed = replace(response, algorithm=algorithm, hash_algorithm=hash_algorithm)

    assert ocsp.problem(changed) == problem


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505
        ec.generate_private_key(ec.SECP521R1()),
    ],
    ids=["RSA-1024", "P-521"],
)
def test_a_key_of_a_delegate_that_is_not_allowed_is_not_believed(
    ocsp: OcspWorld, key: PrivateKey
) -> None:
    delegate = ocsp.delegate_template(key=key).sign()

    assert ocsp.problem(ocsp.response(delegate, key)) == (
        "its signer's key is weak or of a kind not allowed"
    )


def twice(tbs: Node) -> None:
    extensions(tbs).append(extensions(tbs)[0])


UNREADABLE_KEY = tlv(0x30, tlv(0x30, oid_der("1.2.840.113549.1.1.1")) + tlv(0x03, b"\x00\x01"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (twice, "its responder's certificate is malformed"),
        (replace_field(Field.KEY, UNREADABLE_KEY), "its signer's key cannot be read"),
        (
            replace_field(Field.VERSION, tlv(0xA0, tlv(0x02, b"\x01"))),
            "a certificate in it is not of version 3",
        ),
        (
            replace_field(Field.ALGORITHM, RSA_SHA512),
            "a certificate in it names two algorithms of its signature",
        ),
    ],
)
def test_a_delegate_whose_certificate_is_malformed_is_not_believed(
    ocsp: OcspWorld, change: ForgeChange, problem: str
) -> None:
    forged = forge(der(ocsp.delegate), ocsp.authority.private_key, change)
    named = replace(ocsp.response(), responder_id=by_name(ocsp.delegate))
    node = parse(named.encode())
    basic = parse(node.children[1].children[0].children[1].content)
    assert ocsp.is_good(wrap(basic.encode()))
    basic.children[3].children[0].children[0].replacement = forged

    assert ocsp.problem(wrap(basic.encode())) == problem
