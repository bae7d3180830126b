"""What a verification of the log can find, in words an auditor can act on."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    SEAL_MISSING = "seal_missing"
    SEAL_CHANGED = "seal_changed"
    """Its columns are not what its signed head says."""
    SIGNATURE_INVALID = "signature_invalid"
    CHAIN_BROKEN = "chain_broken"
    ENTRIES_CHANGED = "entries_changed"
    """As many as were sealed, but not these, or not in this order."""
    ENTRIES_MISSING = "entries_missing"
    ENTRIES_ADDED = "entries_added"
    ENTRIES_GONE = "entries_gone"
    """The whole batch, and no sealed entry says that it was kept its time and removed."""
    ENTRIES_UNCOVERED = "entries_uncovered"
    """Below a seal, but under none."""
    KEPT_HEAD_INVALID = "kept_head_invalid"
    KEPT_HEAD_DIFFERS = "kept_head_differs"
    """The store has another head of this number than the one kept elsewhere, or none."""


@dataclass(frozen=True, slots=True)
class Finding:
    problem: Problem
    where: str
    """Which seal and which entries, or which of the kept heads."""
    description: str
    seal_id: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.description}"


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    seals: int
    entries: int
    """Sealed ones that were looked at."""
    removed: int
    """Seals whose entries were kept their time and then removed, as a sealed entry says."""
    unsealed: int
    """Entries that no seal covers yet: nothing can be said about them."""

    @property
    def clean(self) -> bool:
        return not self.findings
