"""The form of one CRL (RFC 5280 §5.1, §5.2). Who signed it is not known yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.card.certificate import NO_UNUSED_BITS
from gateway.card.der import DerError
from gateway.card.general.crl_der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    Value,
    read_extensions,
    read_integer,
    read_time,
    read_values,
    read_whole,
)
from gateway.card.general.crl_entries import NO_ENTRIES, Entries, read_entries
from gateway.card.general.crl_points import (
    IssuingDistributionPoint,
    read_issuing_distribution_point,
)
from gateway.card.general.extensions import (
    AuthorityKeyIdentifier,
    read_authority_key_identifier,
)
from gateway.card.general.names import Name, parse_name
from gateway.card.general.oids import AUTHORITY_KEY_IDENTIFIER

EXTENSIONS, TIMES = 0xA0, (UTC_TIME, GENERALIZED_TIME)
VERSION_2 = bytes.fromhex("020101")

CRL_NUMBER = bytes.fromhex("551d14")
DELTA_CRL_INDICATOR = bytes.fromhex("551d1b")
ISSUING_DISTRIBUTION_POINT = bytes.fromhex("551d1c")
# What is understood here, so that a critical one does not make the CRL unusable. cRLNumber is
# not among them: it must not be critical (RFC 5280 §5.2.3).
UNDERSTOOD = frozenset({DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT, AUTHORITY_KEY_IDENTIFIER})

MAX_CRL_OCTETS = 16 * 1024 * 1024
MAX_NUMBER_OCTETS = 20
"""RFC 5280 §5.2.3."""


class UnusableCrlError(Exception):
    """The CRL proves nothing. One line for the operator."""


@dataclass(frozen=True, slots=True, eq=False)
class RevocationList:
    """Well-formed, with nothing in it that is not understood."""

    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signature_algorithm: bytes
    """The whole AlgorithmIdentifier."""
    issuer: Name
    this_update: datetime
    next_update: datetime | None
    number: int
    base_number: int | None
    """BaseCRLNumber; None: a complete CRL."""
    authority_key_identifier: AuthorityKeyIdentifier | None
    issuing_point: IssuingDistributionPoint | None
    scope: tuple[bytes | None, bytes | None]
    """authorityKeyIdentifier and issuingDistributionPoint, as they stand."""
    entries: Entries = field(repr=False)


def read_crl(der: bytes) -> RevocationList:
    """Raises UnusableCrlError. What is not understood makes the whole CRL unusable."""
    if len(der) > MAX_CRL_OCTETS:
        raise UnusableCrlError(f"longer than {MAX_CRL_OCTETS} octets")
    try:
        return _read_crl(der)
    except DerError as error:
        raise UnusableCrlError(str(error)) from error


def _read_crl(der: bytes) -> RevocationList:
    tbs, algorithm, signature = _expect(der, SEQUENCE, SEQUENCE, BIT_STRING)
    if signature.content[:1] != NO_UNUSED_BITS:
        raise DerError("the signature is not made of whole octets")
    version, inner_algorithm, name, this_update, *rest = _read_fields(tbs.content)
    if version.der != VERSION_2:
        raise DerError("not a CRL of version 2")
    # RFC 5280 §5.1.1.2: both name the same algorithm.
    if inner_algorithm.der != algorithm.der:
        raise DerError("the signature algorithm stands in it in two versions")
    issuer = parse_name(name.der)
    if issuer.is_empty:
        raise DerError("the issuer is empty")  # RFC 5280 §5.1.2.3
    next_update = _read_time(rest.pop(0)) if rest and rest[0].tag in TIMES else None
    revoked = rest.pop(0) if rest and rest[0].tag == SEQUENCE else None
    if len(rest) != 1 or rest[0].tag != EXTENSIONS:
        raise DerError("it has no extensions, or something else in their place")
    values = _read_values(rest[0].content)
    base, point, identifier = (
        values.get(oid)
        for oid in (DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT, AUTHORITY_KEY_IDENTIFIER)
    )
    found = RevocationList(
        tbs=tbs.der,
        signature=signature.content[1:],
        signature_algorithm=algorithm.der,
        issuer=issuer,
        this_update=_read_time(this_update),
        next_update=next_update,
        number=_read_number(values[CRL_NUMBER]),
        base_number=None if base is None else _read_number(base),
        authority_key_identifier=(
            None if identifier is None else read_authority_key_identifier(identifier)
        ),
        issuing_point=None if point is None else read_issuing_distribution_point(point, issuer),
        scope=(identifier, point),
        entries=NO_ENTRIES if revoked is None else read_entries(revoked.content, issuer),
    )
    _check_entries(found)
    return found


def _read_fields(tbs: bytes) -> list[Value]:
    fields = list(read_values(tbs))
    if [each.tag for each in fields[:3]] != [INTEGER, SEQUENCE, SEQUENCE] or len(fields) < 4:
        raise DerError("not a CRL of version 2")
    return fields


def _read_time(value: Value) -> datetime:
    return read_time(value.tag, value.content)


def _expect(der: bytes, *tags: int) -> list[Value]:
    values = list(read_values(read_whole(der, SEQUENCE)))
    if [each.tag for each in values] != list(tags):
        raise DerError("not a CRL")
    return values


def _read_values(content: bytes) -> Mapping[bytes, bytes]:
    """What the extensions hold, by OID."""
    extensions = read_extensions(read_whole(content, SEQUENCE))
    for oid, extension in extensions.items():
        if extension.critical and oid not in UNDERSTOOD:
            raise DerError(f"unknown critical extension {oid.hex()}")
    if CRL_NUMBER not in extensions:
        raise DerError("it has no cRLNumber")  # RFC 5280 §5.2.3
    return {oid: extension.value for oid, extension in extensions.items()}


def _read_number(der: bytes) -> int:
    content = read_whole(der, INTEGER)
    number = read_integer(content)
    if number < 0 or len(content) > MAX_NUMBER_OCTETS:
        raise DerError("a CRL's number is negative or longer than 20 octets")
    return number


def _check_entries(crl: RevocationList) -> None:
    """RFC 5280 §5.3.1 and §5.3.3: what only a delta CRL, or an indirect one, may say."""
    if crl.entries.removes and crl.base_number is None:
        raise DerError("removeFromCRL outside a delta CRL")
    if crl.entries.indirect and not (crl.issuing_point and crl.issuing_point.indirect):
        raise DerError("another issuer's entries, but not an indirect CRL")
