"""CRL then OCSP, or OCSP then CRL: the settings' order; where one is silent, the other answers."""

import pytest

from gateway.card.api import CertificateStatus, RevocationSource, StatusValue
from gateway.card.plugin_calls import ask_sources
from plugins.ocsp import OcspSource
from tests.plugins.crl_world import CONTEXT, CrlWorld
from tests.plugins.ocsp_forge import UNKNOWN, revoked
from tests.plugins.ocsp_responder import always, http, responding, signed
from tests.plugins.ocsp_world import PRODUCED, OcspWorld

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ORDERS = pytest.mark.parametrize("order", [("crl", "ocsp"), ("ocsp", "crl")])


@pytest.fixture
def both(ocsp: OcspWorld, crls: CrlWorld) -> tuple[OcspWorld, CrlWorld]:
    """Of one town, about one certificate."""
    ocsp.leaf = crls.issued.certificate
    return ocsp, crls


async def asked(crls: CrlWorld, url: str, order: tuple[str, ...]) -> CertificateStatus:
    ocsp = OcspSource({"responders": {"*": url}, "timeout_seconds": 1})
    sources: dict[str, RevocationSource] = {"crl": crls.source, "ocsp": ocsp}
    return await ask_sources([sources[name] for name in order], crls.path(), CONTEXT)


@ORDERS
async def test_the_first_that_knows_is_the_answer(
    both: tuple[OcspWorld, CrlWorld], order: tuple[str, ...]
) -> None:
    ocsp, crls = both
    crls.write(crls.crl())
    async with responding(signed(ocsp.response())) as responder:
        status = await asked(crls, responder.url, order)

    assert (status.value, status.source) == (StatusValue.GOOD, order[0])
    assert len(responder.asked) == (1 if order[0] == "ocsp" else 0)


@ORDERS
async def test_without_a_list_the_responder_is_the_answer(
    both: tuple[OcspWorld, CrlWorld], order: tuple[str, ...]
) -> None:
    ocsp, crls = both
    response = ocsp.response().with_single(status=revoked(PRODUCED, 4))
    async with responding(signed(response)) as responder:
        status = await asked(crls, responder.url, order)

    assert (status.value, status.source) == (StatusValue.REVOKED, "ocsp")


@ORDERS
@pytest.mark.parametrize("fails", [True, False], ids=["it fails", "it does not know"])
async def test_without_a_responders_answer_the_list_is_the_answer(
    both: tuple[OcspWorld, CrlWorld], order: tuple[str, ...], *, fails: bool
) -> None:
    ocsp, crls = both
    crls.write(crls.crl())
    unknown = signed(ocsp.response().with_single(status=UNKNOWN))
    down = always(http(b"", status="503 Down"))
    async with responding(down if fails else unknown) as responder:
        status = await asked(crls, responder.url, order)

    assert (status.value, status.source) == (StatusValue.GOOD, "crl")


@ORDERS
async def test_with_neither_nothing_is_known(
    both: tuple[OcspWorld, CrlWorld], order: tuple[str, ...]
) -> None:
    _, crls = both
    async with responding(always(b"")) as responder:
        status = await asked(crls, responder.url, order)

    assert status.value is StatusValue.UNKNOWN
