"""Making RSA keys takes long: one CA and one card's key serve all tests of this room."""

from datetime import UTC, date, datetime

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import VirtualCard
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import PrivateKey, new_rsa_key
from gateway.virtual.person import Person

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HANAKO = Person(
    name="花咲　花子",
    address="花園県花咲町中央１丁目２番３号",
    birth_date=date(1985, 4, 1),
    gender="2",
)
PASSWORD = "GENKAN1"
PIN = "1234"


@pytest.fixture(scope="session")
def authority() -> DemoAuthority:
    return DemoAuthority.create(NOW)


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    return new_rsa_key()


@pytest.fixture
def card(authority: DemoAuthority, key: PrivateKey) -> VirtualCard:
    return issue_card(
        authority,
        HANAKO,
        NOW,
        signature_password=PASSWORD,
        authentication_pin=PIN,
        card_id="hanako",
        new_key=lambda: key,
    )
