"""Revocation by asking OCSP responders over HTTP (RFC 6960)."""

from plugins.ocsp.checker import OcspChecker
from plugins.ocsp.response import check_response
from plugins.ocsp.rules import Rules
from plugins.ocsp.source import OcspSource

__all__ = ["OcspChecker", "OcspSource", "Rules", "check_response"]
