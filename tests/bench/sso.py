"""Single sign-on over HTTP at a real `genkan serve`: the server's CPU time, not the client's."""

import base64
from collections.abc import Callable
from functools import partial

import httpx2
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from gateway.demo.relying_party import RelyingParty
from gateway.demo.town import RESIDENTS
from gateway.demo.visitor import Visitor
from gateway.demo.world import World
from gateway.virtual.folder import CardFolder
from gateway.virtual.keys import hash_for, load_private_key
from tests.bench.measure import Operation, cpu_seconds

HANAKO = RESIDENTS[0]


def sso_operations(
    world: World, server: list[int], service: RelyingParty, visitor: Visitor, count: int
) -> list[Operation]:
    """`visitor` gets a session and agrees once, before anything is measured."""
    visitor.register(world.health, HANAKO)
    access_token = service.redeem(*service.code_for(visitor)).json()["access_token"]

    def flow() -> None:
        bought = service.redeem(*service.code_for(visitor)).json()
        answer = service.userinfo(bought["access_token"])
        assert answer.json()["name"] == HANAKO.person.name

    def token(times: int) -> float:
        codes = iter([service.code_for(visitor) for _ in range(times)])
        return _server_cpu(server, lambda: service.redeem(*next(codes)).raise_for_status(), times)

    def authorize() -> None:
        service.code_for(visitor)

    def userinfo() -> None:
        service.userinfo(access_token).raise_for_status()

    batches: dict[str, Callable[[int], float]] = {
        "SSO flow: authorize with session, token, userinfo": partial(_server_cpu, server, flow),
        "  of which authorize": partial(_server_cpu, server, authorize),
        "  of which token": token,
        "  of which userinfo": partial(_server_cpu, server, userinfo),
    }
    return [Operation(name, batch, count) for name, batch in batches.items()]


def reader_operation(world: World, server: list[int], http: httpx2.Client, count: int) -> Operation:
    """A registered reader with Hanako's authentication certificate."""
    card = CardFolder(world.cards).load(HANAKO.card_id)
    # The bare key, and its encoding once: the card would hash the PIN and load the key each time,
    # and the server would grow cold meanwhile.
    encoding = card.signature_encoding
    key = load_private_key(card.authentication.private_key)
    assert isinstance(key, RSAPrivateKey)
    answer = http.post(
        f"{world.issuer}/token",
        data={"grant_type": "client_credentials"},
        auth=("hanasaki-counter", world.secrets["counter"]),
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def verify() -> None:
        asked = http.post(f"{world.issuer}/card/challenges", headers=headers).json()
        message = base64.urlsafe_b64decode(asked["to_be_signed"] + "==")
        body = {
            "challenge_id": asked["challenge_id"],
            "certificate": base64.b64encode(card.authentication.certificate).decode(),
            "signature": base64.b64encode(key.sign(message, PKCS1v15(), hash_for(key))).decode(),
            "signature_encoding": encoding,
        }
        found = http.post(f"{world.issuer}/card/verifications", headers=headers, json=body).json()
        assert found["outcome"] == "accepted", found

    name = "card challenge and verification by a reader"
    return Operation(name, partial(_server_cpu, server, verify), count)


def _server_cpu(server: list[int], work: Callable[[], object], times: int) -> float:
    before = cpu_seconds(server)
    for _ in range(times):
        work()
    return cpu_seconds(server) - before
