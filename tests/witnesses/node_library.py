"""A library on Node: its scripts, its services, and what they prove."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO
from tests.witnesses.town import WitnessTown

NAME = HANAKO.person.name
CARD = "urn:genkan:acr:card-authentication"
CODE = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class NodeLibrary:
    witness: Witness

    def proves(self, *features: Feature) -> pytest.MarkDecorator:
        return proves(self.witness, *features)

    def run(
        self,
        town: WitnessTown,
        script: str,
        service: str,
        setup: dict[str, Any] | None = None,
        **metadata: Any,
    ) -> Any:
        """What the library's SCRIPT found, as a service of its own."""
        known = town.know(f"{self.witness}-{service}", **metadata)
        return self.run_unknown(town, script, {**known, **(setup or {})})

    def run_unknown(self, town: WitnessTown, script: str, setup: dict[str, Any]) -> Any:
        """As somebody who is not registered yet."""
        return town.node(f"{self.witness.replace('-', '_')}_{script}.mjs", setup)


OPENID_CLIENT = NodeLibrary(Witness.OPENID_CLIENT)
OAUTH4WEBAPI = NodeLibrary(Witness.OAUTH4WEBAPI)
