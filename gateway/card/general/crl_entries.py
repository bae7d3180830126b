"""The entries of a CRL, read exactly: one shape not understood refuses them all (§5.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from gateway.card.der import DerError, expect_tlv, read_tlv
from gateway.card.general.crl_der import (
    ENUMERATED,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    read_extensions,
    read_integer,
    read_time,
    read_whole,
)
from gateway.card.general.general_names import read_alternative_names
from gateway.card.general.names import Name

CRL_REASON = bytes.fromhex("551d15")
INVALIDITY_DATE = bytes.fromhex("551d18")
CERTIFICATE_ISSUER = bytes.fromhex("551d1d")

MAX_SERIAL_OCTETS = 20
MAX_ENTRY_EXTENSIONS = 4096
"""How long one entry's extensions may be: they are kept as they are read."""


class EntryReason(IntEnum):
    """CRLReason (RFC 5280 §5.3.1); 7 is not used."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    REMOVE_FROM_CRL = 8
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


@dataclass(frozen=True, slots=True)
class _EntryExtensions:
    reason: EntryReason = EntryReason.UNSPECIFIED
    issuer: Name | None = None
    """The one name in certificateIssuer."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Whom a CRL lists, by issuer and serial number."""

    listed: Mapping[Name, Mapping[int, EntryReason]]
    repeated: bool
    """One certificate is listed twice: of the two, it is not known which stands (§5.1.2.6)."""
    removes: bool
    """There is a removeFromCRL among them."""
    indirect: bool
    """There is a certificateIssuer among them."""

    def find(self, issuer: Name, serial_number: int) -> EntryReason | None:
        by_serial_number = self.listed.get(issuer)
        return None if by_serial_number is None else by_serial_number.get(serial_number)


NO_ENTRIES = Entries(listed={}, repeated=False, removes=False, indirect=False)


def read_entries(content: bytes, crl_issuer: Name) -> Entries:
    """`content`: of revokedCertificates. Entries belong to the CRL's issuer until one names
    another, who then stands for those that follow (RFC 5280 §5.3.3)."""
    known: dict[bytes, _EntryExtensions] = {b"": _EntryExtensions()}
    listed: dict[Name, dict[int, EntryReason]] = {}
    current = listed.setdefault(crl_issuer, {})
    count, indirect, removes, at = 0, False, False, 0
    while at < len(content):
        serial, raw_extensions, at = _read_entry(content, at)
        extensions = known.get(raw_extensions)
        if extensions is None:
            extensions = known[raw_extensions] = _read_entry_extensions(raw_extensions)
            removes |= extensions.reason is EntryReason.REMOVE_FROM_CRL
        if extensions.issuer is not None:
            indirect = True
            current = listed.setdefault(extensions.issuer, {})
        # Of two entries for one certificate, the one that revokes it stands.
        if current.get(serial, EntryReason.REMOVE_FROM_CRL) is EntryReason.REMOVE_FROM_CRL:
            current[serial] = extensions.reason
        count += 1
    repeated = count != sum(len(each) for each in listed.values())
    return Entries(listed, repeated=repeated, removes=removes, indirect=indirect)


def _read_entry(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Serial number, extensions as they stand, and where the entry ends."""
    start, end = expect_tlv(data, at, len(data), SEQUENCE)
    serial, serial_end = expect_tlv(data, start, end, INTEGER)
    if serial_end - serial > MAX_SERIAL_OCTETS:
        raise DerError("a serial number is longer than 20 octets")
    tag, time, time_end = read_tlv(data, serial_end, end)
    read_time(tag, data[time:time_end])
    if end - time_end > MAX_ENTRY_EXTENSIONS:
        raise DerError("an entry's extensions are too long")
    return read_integer(data[serial:serial_end]), data[time_end:end], end


def _read_entry_extensions(der: bytes) -> _EntryExtensions:
    reason, issuer = EntryReason.UNSPECIFIED, None
    for oid, extension in read_extensions(read_whole(der, SEQUENCE)).items():
        if oid == CRL_REASON:
            reason = _read_reason(extension.value)
        elif oid == INVALIDITY_DATE:
            # RFC 5280 §5.3.2: GeneralizedTime, whatever the year; it decides nothing here.
            read_whole(extension.value, GENERALIZED_TIME)
        elif oid == CERTIFICATE_ISSUER:
            issuer = _read_issuer(extension.value)
        elif extension.critical:
            raise DerError("an entry has an unknown critical extension")
    return _EntryExtensions(reason, issuer)


def _read_reason(der: bytes) -> EntryReason:
    try:
        return EntryReason(read_integer(read_whole(der, ENUMERATED)))
    except ValueError as error:
        raise DerError("an entry has an unknown reason") from error


def _read_issuer(der: bytes) -> Name:
    names = [each.value for each in read_alternative_names(der)]
    found = [each for each in names if isinstance(each, Name)]
    if len(found) != 1:
        raise DerError("an entry's issuer is not one directoryName")
    return found[0]
