"""The parts every endpoint of the provider may use. Made once, in `create_app`."""

from dataclasses import dataclass

from gateway.audit.log import AuditLog
from gateway.clock import Clock
from gateway.consent.consents import Consents
from gateway.consent.task import ConsentTasks
from gateway.keys.hashing import KeyedHash
from gateway.keys.signing import SigningKeys
from gateway.login.session import Sessions
from gateway.login.task import LoginTasks
from gateway.oidc.logout.sign_out import SignOut
from gateway.protection.protection import Protection
from gateway.residents.links import Links
from gateway.residents.registry import Residents
from gateway.residents.subject import Subjects
from gateway.settings import Settings
from gateway.store.api import Moments, Records
from gateway.tenants.clients import Clients
from gateway.web.networks import Networks
from gateway.web.outgoing import Outgoing
from gateway.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Provider:
    settings: Settings
    clock: Clock
    records: Records
    moments: Moments
    clients: Clients
    keys: SigningKeys
    keyed_hash: KeyedHash
    audit: AuditLog
    residents: Residents
    subjects: Subjects
    links: Links
    sessions: Sessions
    login_tasks: LoginTasks
    consents: Consents
    consent_tasks: ConsentTasks
    pages: Pages
    outgoing: Outgoing
    proxies: Networks
    """Those that are listed: what they say of a request's sender is believed."""
    sign_out: SignOut
    protection: Protection

    @property
    def issuer(self) -> str:
        return self.settings.server.issuer

    @property
    def tells_verified(self) -> bool:
        """Under which trust framework, the municipality has to say."""
        return bool(self.settings.oidc.verified_claims_trust_framework)

    @property
    def acr_order(self) -> tuple[str, ...]:
        """From weaker to stronger; which words are used is a setting."""
        login = self.settings.login
        return (login.acr_authentication_certificate, login.acr_signature_certificate)
