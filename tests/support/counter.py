"""A registered reader at the card's endpoints, and a resident whose card it is given."""

import base64
from typing import Any

import httpx2
from cryptography.x509 import load_der_x509_certificate

from gateway.card.api import CertificateIdentity, CertificateType
from gateway.residents.model import ProvenCertificate, Resident
from gateway.virtual.card import VirtualCard
from tests.support.gateway import NOW, Gateway, attributes
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, PASSWORD, PIN


async def access_token(client: RelyingParty) -> str:
    body = (await client.token({"grant_type": "client_credentials"})).json()
    token: str = body["access_token"]
    return token


async def ask(reader: RelyingParty, token: str) -> dict[str, Any]:
    answer = await reader.call("POST", "/card/challenges", token)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def presented(card: VirtualCard, challenge: dict[str, Any], *, signature: bool = False) -> Any:
    to_be_signed = base64.urlsafe_b64decode(challenge["to_be_signed"] + "==")
    if signature:
        assert card.signature is not None
        key, signed = card.signature, card.sign_signature(PASSWORD, to_be_signed)
    else:
        key, signed = card.authentication, card.sign_authentication(PIN, to_be_signed)
    return {
        "challenge_id": challenge["challenge_id"],
        "certificate": base64.b64encode(key.certificate).decode(),
        "signature": base64.b64encode(signed).decode(),
        "signature_encoding": card.signature_encoding,
    }


async def verify(
    reader: RelyingParty, card: VirtualCard, *, signature: bool = False
) -> httpx2.Response:
    token = await access_token(reader)
    body = presented(card, await ask(reader, token), signature=signature)
    return await reader.call("POST", "/card/verifications", token, json=body)


async def registered(gateway: Gateway, card: VirtualCard) -> Resident:
    assert card.signature is not None
    until = NOW.replace(year=2030)
    proven = [
        ProvenCertificate(kind, CertificateIdentity(profile, serial_number(certificate)), until)
        for kind, profile, certificate in (
            (CertificateType.AUTHENTICATION, "jpki-auth", card.authentication.certificate),
            (CertificateType.SIGNATURE, "jpki-sign", card.signature.certificate),
        )
    ]
    registration = await gateway.provider.residents.register(
        proven[0], proven[1], attributes(HANAKO.name), NOW
    )
    return registration.resident


def serial_number(certificate: bytes) -> int:
    return load_der_x509_certificate(certificate).serial_number
