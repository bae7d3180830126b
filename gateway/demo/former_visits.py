"""Who registered before the demo begins: whoever has moved, with the certificate that ended."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from gateway.app import opened_stores
from gateway.assembly import make_provider
from gateway.card.api import BasicAttributes, CertificateIdentity, CertificateType
from gateway.demo.town import RESIDENTS
from gateway.residents.model import ProvenCertificate
from gateway.settings import Settings
from gateway.virtual.card import CardKey
from gateway.virtual.folder import CardFolder
from gateway.virtual.person import Person


async def register_who_moved(settings: Settings, cards: CardFolder, now: datetime) -> None:
    """Whoever is there stays as they are. That the certificate is revoked, the gateway finds in the
    CA's list by itself."""

    def clock() -> datetime:
        return now

    async with opened_stores(settings, clock) as (records, moments):
        residents = (await make_provider(settings, records, moments, clock)).residents
        for authentication, signature, person in _moved(cards):
            if await residents.find(authentication) is None:
                attributes = _attributes(person)
                await residents.register(authentication, signature, attributes, now)


def _moved(cards: CardFolder) -> Iterator[tuple[ProvenCertificate, ProvenCertificate, Person]]:
    for resident in RESIDENTS:
        card = cards.load(resident.card_id)
        if resident.moved and card.signature is not None:
            yield (
                _proven(card.authentication, CertificateType.AUTHENTICATION, "jpki-auth"),
                _proven(card.signature, CertificateType.SIGNATURE, "jpki-sign"),
                resident.person,
            )


def _proven(key: CardKey, kind: CertificateType, anchor_set: str) -> ProvenCertificate:
    certificate = x509.load_der_x509_certificate(key.certificate)
    identity = CertificateIdentity(anchor_set, certificate.serial_number)
    return ProvenCertificate(kind, identity, certificate.not_valid_after_utc)


def _attributes(person: Person) -> BasicAttributes:
    return BasicAttributes(
        name=person.name,
        name_substitution=person.name_substitution,
        gender=person.gender,
        birth_date=person.certificate_birth_date,
        address=person.address,
        address_substitution=person.address_substitution,
    )
