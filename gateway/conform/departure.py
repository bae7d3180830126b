"""The virtual resident of one run leaves nothing behind but what the log says of them."""

from datetime import datetime

from cryptography import x509

from gateway.audit.model import HOST, Entry, LogKind, Outcome
from gateway.card.api import CertificateIdentity, CertificateType
from gateway.consent.ending import delete_consents_of_resident
from gateway.oidc.provider import Provider
from gateway.residents.destruction import destroy_resident
from gateway.residents.model import ProvenCertificate
from gateway.virtual.card import VirtualCard


async def forget_resident(provider: Provider, card: VirtualCard, now: datetime) -> None:
    """Nothing where the run ended before anybody registered."""
    certificate = x509.load_der_x509_certificate(card.authentication.certificate)
    identity = CertificateIdentity("jpki-auth", certificate.serial_number)
    until = certificate.not_valid_after_utc
    resident = await provider.residents.find(
        ProvenCertificate(CertificateType.AUTHENTICATION, identity, until)
    )
    if resident is None:
        return
    resident_id = resident.resident_id
    pseudonym = provider.audit.pseudonym(resident_id)
    entry = Entry(
        now, LogKind.OPERATION, "resident.deleted", Outcome.DONE, HOST, resident=pseudonym
    )
    async with provider.records.writing() as connection:
        await delete_consents_of_resident(connection, resident_id)
        await provider.sign_out.grants.delete_of_resident(connection, resident_id)
        await destroy_resident(connection, resident_id, now)
        await provider.audit.write(connection, entry)
    await provider.sign_out.once()
    await provider.records.overwrite_deleted()
