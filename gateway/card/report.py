"""What one verification has found so far, and the answer made of it."""

import logging
import secrets
from datetime import datetime

from gateway.card.api import (
    BasicAttributes,
    CertificateError,
    CertificateIdentity,
    CertificatePath,
    CertificateStatus,
    CertificateType,
    Reason,
)
from gateway.card.model import Check, CheckOutcome, CheckResult, Outcome, Verification

logger = logging.getLogger(__name__)

_ALL = tuple(Check)
_ALL_PASSED = tuple(CheckResult(check, CheckOutcome.PASSED) for check in _ALL)


class Report:
    """Kept for one verification. The checks themselves never read it."""

    def __init__(self) -> None:
        self._verification_id = secrets.token_urlsafe(16)
        self._check = _ALL[0]
        self._certificate_type: CertificateType | None = None
        self._issuer: str | None = None
        self._validity: tuple[datetime, datetime] | tuple[None, None] = (None, None)
        self._identity: CertificateIdentity | None = None
        self._left_out: set[Check] = set()
        self.status: CertificateStatus | None = None
        self.validators: tuple[str, ...] = ()

    def begin(self, check: Check) -> None:
        self._check = check

    def leave_out(self, check: Check) -> None:
        """Nobody asked for it: it is told as not done."""
        self._left_out.add(check)

    def prove(self, path: CertificatePath, issuer: str, certificate_type: CertificateType) -> None:
        """From here on the answer may tell what stands in the certificate."""
        self._certificate_type = certificate_type
        self._issuer = issuer
        self._validity = path.leaf.not_valid_before_utc, path.leaf.not_valid_after_utc
        self._identity = CertificateIdentity(path.anchor.anchor_set, path.leaf.serial_number)

    def accepted(self, attributes: BasicAttributes | None) -> Verification:
        return self._verification(Outcome.ACCEPTED, None, attributes)

    def refused(self, error: CertificateError) -> Verification:
        undetermined = error.reason.could_not_tell
        outcome = Outcome.UNDETERMINED if undetermined else Outcome.REFUSED
        logger.info("verification %s %s: %s", self._verification_id, outcome, error)
        return self._verification(outcome, error.reason, None)

    def _verification(
        self,
        outcome: Outcome,
        reason: Reason | None,
        attributes: BasicAttributes | None,
    ) -> Verification:
        not_before, not_after = self._validity
        return Verification(
            verification_id=self._verification_id,
            outcome=outcome,
            reason=reason,
            certificate_type=self._certificate_type,
            issuer=self._issuer,
            not_before=not_before,
            not_after=not_after,
            status=self.status,
            checks=self._checks(outcome),
            basic_attributes=attributes,
            identity=self._identity if outcome is Outcome.ACCEPTED else None,
            revoked_identity=self._identity if reason is Reason.REVOKED else None,
            validators=self.validators,
        )

    def _checks(self, outcome: Outcome) -> tuple[CheckResult, ...]:
        if outcome is Outcome.ACCEPTED and not self._left_out:
            return _ALL_PASSED
        is_reached = True
        results = []
        for check in _ALL:
            found = CheckOutcome.PASSED if is_reached else CheckOutcome.NOT_DONE
            if check in self._left_out:
                found = CheckOutcome.NOT_DONE
            elif check is self._check and outcome is not Outcome.ACCEPTED:
                found, is_reached = CheckOutcome(outcome), False
            results.append(CheckResult(check, found))
        return tuple(results)
