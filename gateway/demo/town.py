"""Who and what there is in 花咲町. All names, addresses and numbers are invented."""

from dataclasses import dataclass, field
from datetime import date

from gateway.virtual.person import Person


@dataclass(frozen=True, slots=True)
class DemoResident:
    card_id: str
    person: Person
    signature_password: str = field(repr=False)
    authentication_pin: str = field(repr=False)
    moved: bool = False
    """She registered, then moved: her signature certificate is revoked."""


@dataclass(frozen=True, slots=True)
class DemoService:
    name: str
    client_id: str
    token_endpoint_auth_method: str
    example_local_id: str


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """An administrator."""

    login_name: str
    name: str
    department: str
    tenant_id: str | None
    """None: of the platform."""
    password: str = field(repr=False)


RESIDENTS = (
    DemoResident(
        card_id="hanako",
        person=Person(
            name="花咲　花子",
            address="花園県花咲町桜台一丁目２番３号",
            birth_date=date(1985, 4, 12),
            gender="2",
        ),
        signature_password="HANAKO2026",
        authentication_pin="1234",
    ),
    DemoResident(
        card_id="saburo",
        person=Person(
            name="邊見　三郎",
            address="花園県花咲町菊野５番地",
            birth_date=date(1951, 11, 3),
            gender="1",
            name_substitution="10000",
        ),
        signature_password="SABURO2026",
        authentication_pin="2345",
    ),
    DemoResident(
        card_id="midori",
        person=Person(
            name="若葉　みどり",
            address="花園県花咲町若葉町８番地９",
            birth_date=date(2001, 7, 28),
            gender="2",
        ),
        signature_password="MIDORI2026",
        authentication_pin="3456",
        moved=True,
    ),
)

HEALTH = DemoService("health", "hanasaki-health", "client_secret_basic", "H-0001")
POINTS = DemoService("points", "hanasaki-points", "private_key_jwt", "P-0001")
SERVICES = (HEALTH, POINTS)

OPERATORS = (
    DemoOperator("sonoda", "園田　桜子", "花園県 情報政策課", None, "sakura-saku-2026"),
    DemoOperator("kawabe", "川辺　誠", "花園県 情報政策課", None, "mizu-no-oto-2026"),
    DemoOperator("hanai", "花井　町子", "花咲町 総務課", "hanasaki", "machi-no-mado-2026"),
)
