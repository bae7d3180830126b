"""Single sign-on over HTTP at a real `genkan serve`: the server's CPU time, not the client's."""

import base64
from collections.abc import Callable
from functools import partial

from gateway.demo.local_http import local_client
from gateway.demo.relying_party import RelyingParty
from gateway.demo.town import RESIDENTS
from gateway.demo.visitor import Visitor
from gateway.demo.world import World
from gateway.virtual.folder import CardFolder
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

    works: dict[str, Callable[[], object]] = {
        "SSO flow: authorize with session, token, userinfo": flow,
        "  of which authorize": lambda: service.code_for(visitor),
        "  of which userinfo": lambda: service.userinfo(access_token),
        "card challenge and verification by a reader": _reader(world),
    }
    return [
        Operation(name, partial(_server_cpu, server, work), count) for name, work in works.items()
    ]


def _reader(world: World) -> Callable[[], None]:
    """A registered reader with Hanako's authentication certificate."""
    card = CardFolder(world.cards).load(HANAKO.card_id)
    http = local_client()
    answer = http.post(
        f"{world.issuer}/token",
        data={"grant_type": "client_credentials"},
        auth=("hanasaki-counter", world.secrets["counter"]),
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def verify() -> None:
        asked = http.post(f"{world.issuer}/card/challenges", headers=headers).json()
        message = base64.urlsafe_b64decode(asked["to_be_signed"] + "==")
        signature = card.sign_authentication(HANAKO.authentication_pin, message)
        body = {
            "challenge_id": asked["challenge_id"],
            "certificate": base64.b64encode(card.authentication.certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
            "signature_encoding": card.signature_encoding,
        }
        found = http.post(f"{world.issuer}/card/verifications", headers=headers, json=body).json()
        assert found["outcome"] == "accepted", found

    return verify


def _server_cpu(server: list[int], work: Callable[[], object], count: int) -> float:
    before = cpu_seconds(server)
    for _ in range(count):
        work()
    return cpu_seconds(server) - before
