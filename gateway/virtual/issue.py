"""Makes a virtual resident's card, as the municipality's counter would."""

import secrets
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.authority import DemoAuthority, Issued
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.keys import PrivateKey, dump_private_key, new_rsa_key
from gateway.virtual.person import Person
from gateway.virtual.pins import Pin, StoredPin
from gateway.virtual.tries import MemoryTries


def issue_card(
    authority: DemoAuthority,
    person: Person,
    now: datetime,
    *,
    signature_password: str,
    authentication_pin: str,
    with_signature: bool = True,
    card_id: str | None = None,
    generation: int = 2,
    new_key: Callable[[], PrivateKey] = new_rsa_key,
) -> VirtualCard:
    """MalformedPinError where a PIN is not of its shape. Without a signature certificate (a child's
    card) the signature password is not used."""
    signature_pin = StoredPin.of(Pin.SIGNATURE, signature_password) if with_signature else None
    pin = StoredPin.of(Pin.AUTHENTICATION, authentication_pin)
    issued = authority.issue_authentication(person, now, generation=generation, key=new_key())
    signature = None
    if signature_pin is not None:
        signature_issued = authority.issue_signature(
            person, now, generation=generation, key=new_key()
        )
        signature = _card_key(signature_issued, signature_pin)
    return VirtualCard(
        card_id=card_id or secrets.token_hex(4),
        holder_name=person.name,
        authentication=_card_key(issued, pin),
        signature=signature,
        tries=MemoryTries(),
    )


def _card_key(issued: Issued, pin: StoredPin) -> CardKey:
    certificate = issued.certificate.public_bytes(Encoding.DER)
    return CardKey(certificate, dump_private_key(issued.private_key), pin)
