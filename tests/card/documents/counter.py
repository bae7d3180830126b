"""A registered reader that has documents verified by a whole gateway."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.keys import load_private_key
from tests.card.documents.cms_maker import Signer
from tests.support.counter import access_token
from tests.support.relying_party import RelyingParty


@dataclass(frozen=True)
class DocumentCounter:
    reader: RelyingParty

    async def ask(self, document: bytes, content: bytes | None = None) -> httpx2.Response:
        body = {"format": "cms", "document": encode(document)}
        if content is not None:
            body["content"] = encode(content)
        return await self.send(json=body)

    async def send(self, **request: Any) -> httpx2.Response:
        token = await access_token(self.reader)
        return await self.reader.call("POST", "/card/signatures", token, **request)


def encode(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def signer(card: VirtualCard, key: CardKey | None = None) -> Signer:
    """The card's holder, with the signature certificate unless another key is named."""
    used = key or card.signature
    assert used is not None
    return Signer(used.certificate, load_private_key(used.private_key), "sha384")
