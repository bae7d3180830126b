"""Distribution points, as certificates and CRLs name them (RFC 5280 §4.2.1.13, §5.2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag
from functools import reduce
from operator import or_

from gateway.card.der import DerError
from gateway.card.general.crl_der import (
    SEQUENCE,
    SET,
    Value,
    read_true,
    read_values,
    read_whole,
    sequence,
)
from gateway.card.general.general_names import GeneralName, NameForm, read_general_names
from gateway.card.general.names import Name, parse_name

MAX_POINTS, MAX_NAMES = 32, 64
"""How many points a certificate may have, and how many names a list of names."""


class Reasons(Flag):
    """ReasonFlags: why a certificate of such a point may be revoked."""

    KEY_COMPROMISE = 1 << 1
    CA_COMPROMISE = 1 << 2
    AFFILIATION_CHANGED = 1 << 3
    SUPERSEDED = 1 << 4
    CESSATION_OF_OPERATION = 1 << 5
    CERTIFICATE_HOLD = 1 << 6
    PRIVILEGE_WITHDRAWN = 1 << 7
    AA_COMPROMISE = 1 << 8


NO_REASONS = Reasons(0)
ALL_REASONS = ~NO_REASONS
# Bit n of the BIT STRING, counted from its first.
_BITS = tuple(enumerate(Reasons, start=1))


# Of one point, with nothing relative left.
Names = frozenset[GeneralName]


def as_general_name(name: Name) -> GeneralName:
    return GeneralName(NameForm.DIRECTORY, name)


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """Where a certificate says that its revocation is told."""

    names: Names | None
    reasons: Reasons = ALL_REASONS
    crl_issuer: tuple[GeneralName, ...] = ()
    """Empty: the certificate's own issuer."""


@dataclass(frozen=True, slots=True)
class IssuingDistributionPoint:
    """What a CRL says that it covers."""

    names: Names | None = None
    only_user_certificates: bool = False
    only_ca_certificates: bool = False
    only_attribute_certificates: bool = False
    only_some_reasons: Reasons = ALL_REASONS
    indirect: bool = False


def read_distribution_points(der: bytes, issuer: Name) -> tuple[DistributionPoint, ...]:
    values = list(read_values(read_whole(der, SEQUENCE)))
    if not values or len(values) > MAX_POINTS:
        raise DerError("there is no distribution point, or too many")
    return tuple(_read_point(each, issuer) for each in values)


def _read_point(value: Value, certificate_issuer: Name) -> DistributionPoint:
    if value.tag != SEQUENCE:
        raise DerError("a distribution point is not a SEQUENCE")
    fields = _read_fields(value.content, (0xA0, 0x81, 0xA2))
    name, reasons, issuer = (fields.get(tag) for tag in (0xA0, 0x81, 0xA2))
    if name is None and issuer is None:
        raise DerError("a distribution point has neither name nor CRL issuer")
    crl_issuer = () if issuer is None else _read_general_names(issuer)
    return DistributionPoint(
        names=None
        if name is None
        else _read_names(name, crl_issuer or (as_general_name(certificate_issuer),)),
        reasons=ALL_REASONS if reasons is None else _read_reasons(reasons),
        crl_issuer=crl_issuer,
    )


def read_issuing_distribution_point(der: bytes, crl_issuer: Name) -> IssuingDistributionPoint:
    fields = _read_fields(read_whole(der, SEQUENCE), (0xA0, 0x81, 0x82, 0x83, 0x84, 0x85))
    if not fields:
        raise DerError("an issuingDistributionPoint is empty")  # RFC 5280 §5.2.5
    flags = {tag: read_true(fields[tag]) for tag in (0x81, 0x82, 0x84, 0x85) if tag in fields}
    if sum(flags.get(tag, False) for tag in (0x81, 0x82, 0x85)) > 1:
        raise DerError("an issuingDistributionPoint covers two kinds only")
    name, reasons = fields.get(0xA0), fields.get(0x83)
    return IssuingDistributionPoint(
        names=None if name is None else _read_names(name, (as_general_name(crl_issuer),)),
        only_user_certificates=flags.get(0x81, False),
        only_ca_certificates=flags.get(0x82, False),
        only_some_reasons=ALL_REASONS if reasons is None else _read_reasons(reasons),
        indirect=flags.get(0x84, False),
        only_attribute_certificates=flags.get(0x85, False),
    )


def _read_fields(data: bytes, order: tuple[int, ...]) -> Mapping[int, bytes]:
    """Optional fields, each at most once and in their order."""
    values = list(read_values(data))
    tags = [each.tag for each in values]
    if tags != [tag for tag in order if tag in tags]:
        raise DerError("fields are unknown, repeated or out of order")
    return {each.tag: each.content for each in values}


def _read_names(content: bytes, base: tuple[GeneralName, ...]) -> Names:
    """DistributionPointName: either names, or what is to be added to the CRL issuer's name."""
    values = list(read_values(content))
    if len(values) == 1 and values[0].tag == 0xA0:
        return frozenset(_read_general_names(values[0].content))
    if len(values) != 1 or values[0].tag != 0xA1 or not values[0].content:
        raise DerError("a distribution point's name is neither full nor relative")
    # RFC 5280 §4.2.1.13: no relative name where cRLIssuer has more than one.
    if len(base) != 1 or not isinstance(base[0].value, Name):
        raise DerError("a distribution point's name is relative to none or to several")
    # The IMPLICIT tag of the relative name is one octet, as SET's own is.
    relative = bytes((SET,)) + values[0].der[1:]
    whole = sequence(read_whole(base[0].value.der, SEQUENCE) + relative)
    return frozenset({as_general_name(parse_name(whole))})


def _read_general_names(content: bytes) -> tuple[GeneralName, ...]:
    names = read_general_names(content)
    if len(names) > MAX_NAMES:
        raise DerError("a list of names is too long")
    return names


def _read_reasons(content: bytes) -> Reasons:
    """BIT STRING: the first octet counts the unused bits of the last (X.690 §8.6.2)."""
    if not 2 <= len(content) <= 3 or content[0] > 7 or content[-1] & ((1 << content[0]) - 1):
        raise DerError("reasons are not written as DER")
    octets = int.from_bytes(content[1:].ljust(2, b"\0"))
    found = reduce(or_, (each for at, each in _BITS if octets >> (15 - at) & 1), NO_REASONS)
    if not found:
        raise DerError("some reasons only, but none is named")
    return found
