"""Asking a platform operator (PF事業者), who holds access to J-LIS, over HTTPS."""

from plugins.verification_service.source import VerificationService

__all__ = ["VerificationService"]
