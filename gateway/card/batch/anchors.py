"""Anchors that come with a request. No file is pinned here: what they may issue is told by name."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.card.anchors import Anchors
from gateway.card.api import CertificateError
from gateway.card.issuer import Issuer, make_issuer

# The organisational unit by which a CA of JPKI says which of its two services it is.
SERVICES = {
    "JPKI for digital signature": "jpki-sign",
    "JPKI for user authentication": "jpki-auth",
}
NO_SERVICE = ""
"""The set of a CA that is none of JPKI's: no profile belongs to it."""

MAX_REMEMBERED = 128
MAX_REMEMBERED_OCTETS = 4_096


def read_anchors(unverified: Iterable[bytes]) -> Anchors:
    """Those that may be one; what may not be has issued nothing."""
    found = []
    for der in dict.fromkeys(unverified):
        is_small = len(der) <= MAX_REMEMBERED_OCTETS
        with suppress(CertificateError):
            found.append(_remembered(der) if is_small else _read(der))
    return Anchors(found)


@lru_cache(MAX_REMEMBERED)
def _remembered(der: bytes) -> Issuer:
    """The same few come with every line."""
    return _read(der)


def _read(der: bytes) -> Issuer:
    issuer = make_issuer(der, NO_SERVICE)
    anchor = replace(issuer.anchor, anchor_set=service(issuer.anchor.certificate.subject))
    return replace(issuer, anchor=anchor)


def service(name: x509.Name) -> str:
    """NO_SERVICE as well for a CA that says it were both."""
    units = (unit.value for unit in name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME))
    sets = {SERVICES[unit] for unit in units if unit in SERVICES}
    return sets.pop() if len(sets) == 1 else NO_SERVICE
