"""The demo CA's file: keys, certificates and ledgers as one JSON document (0600)."""

from datetime import datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.files import read_private, write_file
from gateway.virtual.keys import dump_private_key, load_private_key
from gateway.virtual.ledger import Entry, Issuer, Ledger, Revocation
from gateway.virtual.names import AnchorSet
from gateway.virtual.person import Municipality

_FILE_NAME = "authority.json"


class UnreadableAuthorityError(ValueError):
    """The message names the file, and nothing of its content."""


class _Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    anchor_set: AnchorSet
    generation: int
    certificate: bytes
    private_key: bytes


class _Revocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    at: datetime


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    serial_number: int
    generation: int
    municipality: Municipality
    revocation: _Revocation | None


class _Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    next_serial: int
    entries: list[_Entry]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    issuers: list[_Issuer]
    ledgers: dict[AnchorSet, _Ledger]


def save_authority(
    folder: Path, issuers: tuple[Issuer, ...], ledgers: dict[AnchorSet, Ledger]
) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = _File(
        issuers=[
            _Issuer(
                issuer.anchor_set,
                issuer.generation,
                issuer.certificate.public_bytes(Encoding.DER),
                dump_private_key(issuer.private_key),
            )
            for issuer in issuers
        ],
        ledgers={
            anchor_set: _Ledger(ledger.next_serial, [_entry(e) for e in ledger.entries.values()])
            for anchor_set, ledger in ledgers.items()
        },
    )
    write_file(folder / _FILE_NAME, msgspec.json.encode(file))


def load_authority(folder: Path) -> tuple[tuple[Issuer, ...], dict[AnchorSet, Ledger]]:
    path = folder / _FILE_NAME
    try:
        file = msgspec.json.decode(read_private(path), type=_File)
    except msgspec.MsgspecError:
        raise UnreadableAuthorityError(f"{path} is not a demo CA's file") from None
    issuers = tuple(
        Issuer(
            issuer.anchor_set,
            issuer.generation,
            x509.load_der_x509_certificate(issuer.certificate),
            load_private_key(issuer.private_key),
        )
        for issuer in file.issuers
    )
    ledgers = {
        anchor_set: Ledger(
            ledger.next_serial,
            {entry.serial_number: _restored(entry) for entry in ledger.entries},
        )
        for anchor_set, ledger in file.ledgers.items()
    }
    return issuers, ledgers


def _entry(entry: Entry) -> _Entry:
    found = entry.revocation
    revocation = None if found is None else _Revocation(found.reason.value, found.at)
    return _Entry(entry.serial_number, entry.generation, entry.municipality, revocation)


def _restored(entry: _Entry) -> Entry:
    found = entry.revocation
    revocation = None if found is None else Revocation(x509.ReasonFlags(found.reason), found.at)
    return Entry(entry.serial_number, entry.generation, entry.municipality, revocation)
