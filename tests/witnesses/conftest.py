"""One town for all witnesses."""

from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket

from tests.witnesses.town import WitnessTown, witness_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WitnessTown]:
    enable_socket()
    with witness_town(tmp_path_factory.mktemp("witnesses")) as town:
        yield town
