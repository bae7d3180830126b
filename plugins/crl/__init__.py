"""Revocation by CRLs that lie as DER files in a directory (RFC 5280 §5)."""

from plugins.crl.checker import CrlChecker
from plugins.crl.directory import CrlDirectory

__all__ = ["CrlChecker", "CrlDirectory"]
