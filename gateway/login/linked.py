"""What the linking plugin says of certificates at the door. Where none is named, nobody is asked.

It is asked before a transaction, never inside one.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.card.api import CertificateLinking, HolderAnswer
from gateway.card.linking_calls import ask_predecessors, ask_same_holder
from gateway.login.failure import Failure
from gateway.residents.model import ProvenCertificate, Registration
from gateway.residents.registry import Residents
from gateway.residents.renewal import Renewals
from gateway.store.api import Also


@dataclass(frozen=True, slots=True)
class Linked:
    plugin: CertificateLinking | None
    residents: Residents
    renewals: Renewals

    async def objection(
        self, signature: ProvenCertificate, authentication: ProvenCertificate, now: datetime
    ) -> Failure | None:
        """Why the two may not be registered as one person's."""
        if self.plugin is None:
            return None
        both = signature.identity, authentication.identity
        match await ask_same_holder(self.plugin, *both, now):
            case HolderAnswer.SAME:
                return None
            case HolderAnswer.OTHER:
                return Failure.OTHER_HOLDER
            case HolderAnswer.UNKNOWN:
                return Failure.COULD_NOT_ASK

    async def with_predecessors(
        self, certificate: ProvenCertificate, now: datetime
    ) -> ProvenCertificate:
        """One that is bound proves by itself whose it is: nobody is asked what it was before."""
        if self.plugin is None or await self.residents.find(certificate) is not None:
            return certificate
        return await _with_predecessors(self.plugin, certificate, now)

    async def carry_over(
        self, unknown: ProvenCertificate, now: datetime, also: Also[Registration]
    ) -> Registration | Failure:
        """Somebody signs in with a certificate that is bound to nobody: who is known by the one
        before it."""
        if self.plugin is None:
            return Failure.NOT_REGISTERED
        renewed = await _with_predecessors(self.plugin, unknown, now)
        if not renewed.predecessors.known:
            # They may well be registered, and would be told that they are not.
            return Failure.COULD_NOT_ASK
        registration = await self.renewals.carry_over(renewed, now, also)
        return Failure.NOT_REGISTERED if registration is None else registration


async def _with_predecessors(
    plugin: CertificateLinking, certificate: ProvenCertificate, now: datetime
) -> ProvenCertificate:
    identity, kind = certificate.identity, certificate.certificate_type
    return replace(certificate, predecessors=await ask_predecessors(plugin, identity, kind, now))
