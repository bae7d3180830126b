"""Is this certificate good, and did its holder sign this? The one pipeline, cheap checks first.

Whatever a step cannot decide is not a yes, and nothing is raised for what was presented.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.card.algorithms import PublicKey
from gateway.card.anchors import Anchors
from gateway.card.api import (
    AnchoredSource,
    CardProfile,
    CertificateError,
    CertificatePath,
    CertificateType,
    CertificateValidator,
    Reason,
    RevocationSource,
    ValidationContext,
)
from gateway.card.certificate import check_critical_extensions, parse_leaf
from gateway.card.model import CertificateAlone, Check, Presentation, Verification
from gateway.card.path import check_validity, resolve_path
from gateway.card.plugin_calls import ask_sources, check_status, run_profile, run_validators
from gateway.card.report import Report
from gateway.card.signature import verify_signature
from gateway.errors import PluginError


class Verifier(Protocol):
    """The pipeline, or whoever knows something beside it that refuses."""

    async def verify(self, presentation: Presentation, now: datetime) -> Verification: ...


class CardVerifier:
    """Verifies presentations. Without a profile and a revocation source there is none."""

    def __init__(
        self,
        anchors: Anchors,
        profiles: Sequence[CardProfile],
        revocation_sources: Sequence[RevocationSource] | None,
        validators: Sequence[CertificateValidator] = (),
    ) -> None:
        """`revocation_sources`: None where an auditor asks without; the settings cannot say so."""
        self.anchors = anchors
        self.revocation_sources = tuple(revocation_sources or ())
        self._looks_up_revocation = revocation_sources is not None
        self._profiles = {profile.anchor_set: profile for profile in profiles}
        self._validators = tuple(validators)
        self._validator_names = tuple(validator.name for validator in self._validators)
        if not self._profiles:
            raise PluginError("card.profiles: at least one must be named")
        if len(self._profiles) != len(profiles):
            raise PluginError("card.profiles: two are for the same anchor set")
        if self._looks_up_revocation and not self.revocation_sources:
            raise PluginError("card.revocation_sources: at least one must be named")
        for source in self.revocation_sources:
            if isinstance(source, AnchoredSource):
                source.trust(tuple(anchors))

    async def verify(
        self, presentation: Presentation | CertificateAlone, now: datetime
    ) -> Verification:
        report = Report()
        try:
            report.begin(Check.FORM)
            leaf = parse_leaf(presentation.unverified_certificate)

            report.begin(Check.PATH)
            path, issuer = resolve_path(leaf, self.anchors, now)

            report.begin(Check.PROFILE)
            profile = self._profile_for(path)
            report.prove(path, issuer.distinguished_name, profile.certificate_type)
            _check_type(profile, presentation.expected_type)
            check_critical_extensions(leaf, profile.known_critical_extensions)
            basic_attributes = run_profile(profile, path)

            report.begin(Check.VALIDITY)
            check_validity(leaf, now)

            check_signature(report, leaf.public_key, presentation)

            context = ValidationContext(now=now, certificate_type=profile.certificate_type)
            await self._check_revocation(report, path, context)

            report.begin(Check.VALIDATORS)
            await run_validators(self._validators, path, context)
            report.validators = self._validator_names
        except CertificateError as error:
            return report.refused(error)
        return report.accepted(basic_attributes)

    async def _check_revocation(
        self, report: Report, path: CertificatePath, context: ValidationContext
    ) -> None:
        if not self._looks_up_revocation:
            return report.leave_out(Check.REVOCATION)
        report.begin(Check.REVOCATION)
        report.status = await ask_sources(self.revocation_sources, path, context)
        return check_status(report.status)

    @property
    def anchor_sets(self) -> Collection[str]:
        return self._profiles.keys()

    @property
    def certificate_types(self) -> Mapping[str, CertificateType]:
        """By anchor set."""
        return {name: profile.certificate_type for name, profile in self._profiles.items()}

    def _profile_for(self, path: CertificatePath) -> CardProfile:
        profile = self._profiles.get(path.anchor.anchor_set)
        if profile is None:
            raise CertificateError(Reason.UNKNOWN_PROFILE, path.anchor.anchor_set)
        return profile


def check_signature(
    report: Report, public_key: PublicKey, presentation: Presentation | CertificateAlone
) -> None:
    if isinstance(presentation, CertificateAlone):
        return report.leave_out(Check.SIGNATURE)
    report.begin(Check.SIGNATURE)
    return verify_signature(
        public_key,
        presentation.signature_encoding,
        presentation.signature,
        presentation.to_be_signed,
    )


def _check_type(profile: CardProfile, expected: CertificateType | None) -> None:
    if expected is not None and profile.certificate_type is not expected:
        raise CertificateError(Reason.WRONG_CERTIFICATE_TYPE, f"{expected} was asked for")
