"""Somebody moves: the CA revokes the signature certificate, the gateway learns it, a new one is
issued to the same card."""

from dataclasses import replace

from cryptography.x509 import ReasonFlags, load_der_x509_certificate

from gateway.card.api import CertificateIdentity, CertificateType
from gateway.virtual.card import VirtualCard
from tests.support.gateway import Gateway
from tests.support.town import HANAKO, Town

AFTER = replace(HANAKO, address="花園県花咲町菊野５番地")
AFFILIATION_CHANGED = ReasonFlags.affiliation_changed


async def move(
    gateway: Gateway, town: Town, card: VirtualCard, reason: ReasonFlags = AFFILIATION_CHANGED
) -> None:
    """As the sweep over all bindings finds it."""
    assert card.signature is not None
    now = gateway.clock()
    town.revoke(card.signature, reason, now)
    serial_number = load_der_x509_certificate(card.signature.certificate).serial_number
    identity = CertificateIdentity("jpki-sign", serial_number)
    kind = CertificateType.SIGNATURE
    assert await gateway.provider.residents.learn_revoked(identity, kind, now, reason.value)


def renewed(gateway: Gateway, town: Town, card: VirtualCard) -> VirtualCard:
    """The same card, with the signature certificate the counter issued after the move."""
    return replace(card, signature=town.card(AFTER, gateway.clock()).signature)
