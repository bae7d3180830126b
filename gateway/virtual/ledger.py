"""What a CA remembers of what it issued: serial numbers, municipalities, revocations."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509

from gateway.virtual.keys import PrivateKey
from gateway.virtual.names import AnchorSet
from gateway.virtual.person import Municipality


@dataclass(frozen=True, slots=True)
class Issuer:
    """One generation of one hierarchy."""

    anchor_set: AnchorSet
    generation: int
    certificate: x509.Certificate
    private_key: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revocation:
    reason: x509.ReasonFlags
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One issued certificate."""

    serial_number: int
    generation: int
    municipality: Municipality
    revocation: Revocation | None = None


@dataclass(slots=True)
class Ledger:
    """One hierarchy's book: its generations count their serial numbers together."""

    next_serial: int = 1
    entries: dict[int, Entry] = field(default_factory=dict)

    def take_serial(self) -> int:
        serial = self.next_serial
        self.next_serial += 1
        return serial

    def enter(self, entry: Entry) -> None:
        self.entries[entry.serial_number] = entry

    def revoke(self, serial_number: int, revocation: Revocation) -> None:
        entry = self.entries.get(serial_number)
        if entry is None:
            raise LookupError("this authority did not issue the certificate")
        self.entries[serial_number] = replace(entry, revocation=revocation)

    def revoked(self, generation: int, municipality: Municipality) -> list[tuple[int, Revocation]]:
        """Serial numbers and their ends: what one generation's list for one town says."""
        return [
            (entry.serial_number, entry.revocation)
            for entry in self.entries.values()
            if entry.revocation is not None
            and (entry.generation, entry.municipality) == (generation, municipality)
        ]

    def municipalities(self) -> list[Municipality]:
        """In the order of their first certificate."""
        return list(dict.fromkeys(entry.municipality for entry in self.entries.values()))
