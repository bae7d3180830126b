"""Invented people, their attributes and their proven certificates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.card.api import BasicAttributes, CertificateIdentity, CertificateType
from gateway.residents.model import ProvenCertificate, Registration
from gateway.residents.registry import Residents

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
NOT_AFTER = datetime(2031, 4, 12, 14, 59, 59, tzinfo=UTC)

HANAKO = BasicAttributes(
    name="花咲　花子",
    name_substitution="00000",
    gender="2",
    birth_date="319850412",
    address="花園県花咲町桜台一丁目２番３号",
    address_substitution=None,
)
SABURO = BasicAttributes(
    name="邊見　三郎",
    name_substitution="10000",
    gender="1",
    birth_date="319511103",
    address="花園県花咲町菊野５番地",
    address_substitution=None,
)
HANAKO_MOVED = replace(HANAKO, name="若葉　花子", address="花園県花咲町若葉町８番地")


def auth(serial: int) -> ProvenCertificate:
    return ProvenCertificate(
        CertificateType.AUTHENTICATION, CertificateIdentity("jpki-auth", serial), NOT_AFTER
    )


def sign(serial: int) -> ProvenCertificate:
    return ProvenCertificate(
        CertificateType.SIGNATURE, CertificateIdentity("jpki-sign", serial), NOT_AFTER
    )


async def register(
    residents: Residents,
    authentication: int,
    signature: int,
    attributes: BasicAttributes = HANAKO,
    now: datetime = NOW,
) -> Registration:
    return await residents.register(auth(authentication), sign(signature), attributes, now)
