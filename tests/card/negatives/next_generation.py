"""The next generation of cards: ECDSA on P-384 with SHA-384, and what its CA may not use."""

from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.card.forge import Field, der, forge, parse, sign_bytes
from tests.card.negatives import lists, responses
from tests.card.negatives.town import (
    REFUSED,
    UNDETERMINED,
    Base,
    Change,
    Members,
    Row,
    Town,
    accepted,
    certificate,
    forged,
    with_crl,
)
from tests.card.test_algorithms import ECDSA_WITH_SHA512
from tests.plugins.ocsp_forge import ECDSA_SHA256, ECDSA_SHA384, RSA_SHA256

NEXT = Base("a certificate of the next generation and a CRL", "next", with_crl)
UNSUPPORTED, BAD_SIGNATURE = "unsupported_algorithm", "bad_issuer_signature"


def refused(name: str, reason: str, change: Change) -> Row:
    return Row(f"P-384: {name}", change, REFUSED, reason, NEXT)


def unusable(name: str, change: Change) -> Row:
    return Row(f"P-384: {name}", change, UNDETERMINED, "status_unknown", NEXT)


def under(algorithm: bytes, hash_algorithm: hashes.HashAlgorithm) -> Change:
    """Rightly signed by the CA's own key, with another hash than its curve's."""

    def change(town: Town) -> Members:
        whole = parse(der(town.leaf))
        whole.children[0].children[Field.ALGORITHM].replacement = algorithm
        whole.children[1].replacement = algorithm
        tbs = whole.children[0].encode()
        signed = sign_bytes(town.anchor.private_key, tbs, hash_algorithm)
        whole.children[2].content = b"\0" + signed
        return certificate(whole.encode())

    return change


def in_the_name_of_rsa(town: Town) -> Members:
    return under(RSA_SHA256, hashes.SHA384())(town)


def by_the_ca(algorithm: bytes, hash_algorithm: hashes.HashAlgorithm) -> Change:
    """An OCSP response of the CA's, and no CRL."""

    def change(town: Town) -> Members:
        good = town.ocsp.by_the_ca()
        response = replace(good, algorithm=algorithm, hash_algorithm=hash_algorithm)
        return {"crls": [], **responses.given(response)}

    return change


def doubled_signature(town: Town) -> Members:
    whole = parse(der(town.leaf))
    whole.children[2].content += b"\0"
    return certificate(whole.encode())


REFUSALS = (
    refused("SHA-256, rightly signed", BAD_SIGNATURE, under(ECDSA_SHA256, hashes.SHA256())),
    refused("SHA-512, rightly signed", UNSUPPORTED, under(ECDSA_WITH_SHA512, hashes.SHA512())),
    refused("a signature in the name of RSA", BAD_SIGNATURE, in_the_name_of_rsa),
    refused("a byte behind the signature", BAD_SIGNATURE, doubled_signature),
    refused(
        "signed by another key on its curve",
        BAD_SIGNATURE,
        lambda town: certificate(forge(der(town.leaf), town.world.keys.p384, lambda tbs: None)),
    ),
    refused(
        "a point that is not on the curve",
        "malformed_certificate",
        forged(
            lambda tbs: setattr(
                tbs.children[Field.KEY].children[1], "content", b"\0\4" + b"\1" * 96
            )
        ),
    ),
    refused(
        "a key on secp256k1",
        UNSUPPORTED,
        lambda town: certificate(
            town.world.issue(key=ec.generate_private_key(ec.SECP256K1())).certificate
        ),
    ),
    unusable("a CRL with SHA-256", lists.under(ECDSA_SHA256, hashes.SHA256())),
    unusable("a CRL with SHA-512", lists.under(ECDSA_WITH_SHA512, hashes.SHA512())),
    unusable("OCSP with SHA-256", by_the_ca(ECDSA_SHA256, hashes.SHA256())),
    unusable("OCSP with SHA-512", by_the_ca(ECDSA_WITH_SHA512, hashes.SHA512())),
)

ACCEPTANCES = (
    accepted("P-384: forged without a change", forged(lambda tbs: None), NEXT),
    accepted("P-384: OCSP by the CA", by_the_ca(ECDSA_SHA384, hashes.SHA384()), NEXT),
)
