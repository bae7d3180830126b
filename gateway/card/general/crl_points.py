"""Distribution points, as certificates and CRLs name them (RFC 5280 §4.2.1.13, §5.2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag
from functools import reduce
from operator import or_

from gateway.card.der import DerError
from gateway.card.general.crl_der import SEQUENCE, SET, Value, read_true, read_values, read_whole

# GeneralName (RFC 5280 §4.2.1.6): the one kind that is compared by RFC 5280 §7.1.
DIRECTORY_NAME = 0xA4
GENERAL_NAMES = frozenset({0xA0, 0x81, 0x82, 0xA3, DIRECTORY_NAME, 0xA5, 0x86, 0x87, 0x88})

# How many names a certificate's points, or a list's, may carry.
MAX_NAMES = 64


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


@dataclass(frozen=True, slots=True)
class PointName:
    """DistributionPointName: either names, or what is to be added to the CRL issuer's name."""

    general_names: tuple[bytes, ...] = ()
    relative_name: bytes | None = None
    """A RelativeDistinguishedName, with its tag."""


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """Where a certificate says that its revocation is told."""

    name: PointName | None = None
    reasons: Reasons = ALL_REASONS
    crl_issuer: tuple[bytes, ...] = ()
    """GeneralNames; empty: the certificate's own issuer."""


@dataclass(frozen=True, slots=True)
class IssuingDistributionPoint:
    """What a CRL says that it covers."""

    name: PointName | None = None
    only_user_certificates: bool = False
    only_ca_certificates: bool = False
    only_attribute_certificates: bool = False
    only_some_reasons: Reasons = ALL_REASONS
    indirect: bool = False


def read_distribution_points(der: bytes) -> tuple[DistributionPoint, ...]:
    points = tuple(_read_point(each) for each in read_values(read_whole(der, SEQUENCE)))
    if not points:
        raise DerError("there is no distribution point")
    if sum(_count_names(each) for each in points) > MAX_NAMES:
        raise DerError("the distribution points have too many names")
    return points


def _count_names(point: DistributionPoint) -> int:
    full = len(point.name.general_names) if point.name else 0
    return 1 + full + len(point.crl_issuer)


def _read_point(value: Value) -> DistributionPoint:
    if value.tag != SEQUENCE:
        raise DerError("a distribution point is not a SEQUENCE")
    fields = _read_fields(value.content, (0xA0, 0x81, 0xA2))
    name, reasons, issuer = (fields.get(tag) for tag in (0xA0, 0x81, 0xA2))
    if name is None and issuer is None:
        raise DerError("a distribution point has neither name nor CRL issuer")
    return DistributionPoint(
        name=None if name is None else _read_name(name),
        reasons=ALL_REASONS if reasons is None else _read_reasons(reasons),
        crl_issuer=() if issuer is None else _read_general_names(issuer),
    )


def read_issuing_distribution_point(der: bytes) -> IssuingDistributionPoint:
    fields = _read_fields(read_whole(der, SEQUENCE), (0xA0, 0x81, 0x82, 0x83, 0x84, 0x85))
    if not fields:
        raise DerError("an issuingDistributionPoint is empty")  # RFC 5280 §5.2.5
    flags = {tag: read_true(fields[tag]) for tag in (0x81, 0x82, 0x84, 0x85) if tag in fields}
    if sum(flags.get(tag, False) for tag in (0x81, 0x82, 0x85)) > 1:
        raise DerError("an issuingDistributionPoint covers two kinds only")
    name, reasons = fields.get(0xA0), fields.get(0x83)
    found = IssuingDistributionPoint(
        name=None if name is None else _read_name(name),
        only_user_certificates=flags.get(0x81, False),
        only_ca_certificates=flags.get(0x82, False),
        only_some_reasons=ALL_REASONS if reasons is None else _read_reasons(reasons),
        indirect=flags.get(0x84, False),
        only_attribute_certificates=flags.get(0x85, False),
    )
    if found.name is not None and len(found.name.general_names) > MAX_NAMES:
        raise DerError("an issuingDistributionPoint has too many names")
    return found


def _read_fields(data: bytes, order: tuple[int, ...]) -> Mapping[int, bytes]:
    """Optional fields, each at most once and in their order."""
    values = list(read_values(data))
    tags = [each.tag for each in values]
    if tags != [tag for tag in order if tag in tags]:
        raise DerError("fields are unknown, repeated or out of order")
    return {each.tag: each.content for each in values}


def _read_name(content: bytes) -> PointName:
    values = list(read_values(content))
    if len(values) == 1 and values[0].tag == 0xA0:
        return PointName(general_names=_read_general_names(values[0].content))
    if len(values) == 1 and values[0].tag == 0xA1 and values[0].content:
        return PointName(relative_name=_as_set(values[0]))
    raise DerError("a distribution point's name is neither full nor relative")


def _as_set(value: Value) -> bytes:
    """The IMPLICIT tag of the relative name is one octet, as SET's own is."""
    return bytes((SET,)) + value.der[1:]


def _read_general_names(content: bytes) -> tuple[bytes, ...]:
    values = list(read_values(content))
    if not values or any(each.tag not in GENERAL_NAMES for each in values):
        raise DerError("a list of names is empty or holds what is none")
    return tuple(each.der for each in values)


def directory_names(general_names: tuple[bytes, ...]) -> list[bytes]:
    """The DER of each Name among them."""
    found = (next(read_values(each)) for each in general_names)
    return [each.content for each in found if each.tag == DIRECTORY_NAME]


def _read_reasons(content: bytes) -> Reasons:
    """BIT STRING: the first octet counts the unused bits of the last (X.690 §8.6.2)."""
    if not 2 <= len(content) <= 3 or content[0] > 7 or content[-1] & ((1 << content[0]) - 1):
        raise DerError("reasons are not written as DER")
    octets = int.from_bytes(content[1:].ljust(2, b"\0"))
    found = reduce(or_, (each for at, each in _BITS if octets >> (15 - at) & 1), NO_REASONS)
    if not found:
        raise DerError("some reasons only, but none is named")
    return found
