"""The gateway, started again with the municipality's words."""

from importlib.metadata import EntryPoints
from typing import Any

import msgspec

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.plugins import installed_plugins
from tests.support.gateway import Gateway

FRAMEWORK, LEVEL = "https://hanasaki.example.test/ds-511", "ial-2"
WORDS = {
    "verified_claims_trust_framework": FRAMEWORK,
    "verified_claims_assurance_level": LEVEL,
    "verified_claims_policy": "hanasaki-2026",
    "verified_claims_procedure": "card",
}


async def telling(
    gateway: Gateway, installed: EntryPoints | None = None, card: Any = None, **words: str
) -> Gateway:
    """With these words in the place of WORDS, where there are any."""
    before = gateway.provider
    oidc = msgspec.structs.replace(before.settings.oidc, **(words or WORDS))
    changed = msgspec.structs.replace(before.settings.card, **(card or {}))
    settings = msgspec.structs.replace(before.settings, oidc=oidc, card=changed)
    stores = before.records, before.moments
    plugins = installed_plugins() if installed is None else installed
    app = await create_app(settings, *stores, gateway.clock, plugins)
    provider = await make_provider(settings, *stores, gateway.clock)
    return Gateway(app, provider, gateway.clock, gateway.secrets)


def verified(claims: object, **verification: object) -> dict[str, object]:
    """A request for these, as a member of the parameter has it."""
    asked = {"trust_framework": None, **verification}
    return {"verified_claims": {"verification": asked, "claims": claims}}
