"""Who signed a response, and may they? The CA itself, or a responder that it has delegated."""

from datetime import datetime

from plugins.ocsp.algorithms import PublicKey, check_signature
from plugins.ocsp.certificate_outline import read_certificate
from plugins.ocsp.delegate import read_delegate
from plugins.ocsp.issuer import Issuer
from plugins.ocsp.outline import BasicResponse
from plugins.ocsp.rules import Rules
from plugins.ocsp.unusable import UnusableError


def check_responder(response: BasicResponse, issuer: Issuer, at: datetime, rules: Rules) -> None:
    """Returns when somebody who may, and whom the response itself names, has signed it; raises
    UnusableError otherwise."""
    problem = "nobody in it is the responder that it names"
    if _is_named(response, issuer.name, issuer.key_hash):
        try:
            return _check_signature(response, issuer.public_key)
        except UnusableError as error:
            problem = str(error)
    for der in response.unverified_certificates:
        try:
            outline = read_certificate(der)
            if _is_named(response, outline.subject, outline.key_hash):
                return _check_signature(response, _delegated_key(der, issuer, at, rules))
        except UnusableError as error:
            problem = str(error)
    raise UnusableError(problem)


def _is_named(response: BasicResponse, name: bytes, key_hash: bytes) -> bool:
    """RFC 6960 §4.2.2.3: by its name or by its key."""
    if response.responder_name is not None:
        return response.responder_name == name
    return response.responder_key_hash == key_hash


def _delegated_key(der: bytes, issuer: Issuer, at: datetime, rules: Rules) -> PublicKey:
    delegate = read_delegate(der, issuer)
    if not delegate.not_before <= at <= delegate.not_after:
        raise UnusableError("its responder's certificate is not in force")
    if rules.require_nocheck and not delegate.has_nocheck:
        raise UnusableError("its responder's own revocation cannot be ruled out")
    return delegate.public_key


def _check_signature(response: BasicResponse, key: PublicKey) -> None:
    check_signature(key, response.signature_algorithm, response.signature, response.tbs)
