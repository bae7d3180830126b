"""Names that are markup or formulas, on every page of the console that can be opened: text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.examples import example_of
from gateway.operators.model import Operator
from gateway.web.arrival import Arrivals
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
TAG = "<script>alert(1)</script>"
BREAKS_OUT = "\"'><img src=x onerror=alert(1)>"
NAME = f"{TAG}{BREAKS_OUT}"
FORMULA = '=HYPERLINK("https://evil.example","x")'
RAW = ("<script>alert", "<img src=x", "'><img", '"><img')


def pages(office: Office) -> Iterator[str]:
    """The paths of all pages that are opened with GET."""
    assert isinstance(office.gateway.app, Arrivals)
    whole = office.gateway.app.app
    assert isinstance(whole, Starlette)
    (console,) = (one for one in whole.routes if isinstance(one, Mount) and one.path == "/admin")
    for route in console.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()):
            yield f"/admin{route.path}"


async def fill(desk: httpx2.AsyncClient, colleague: Operator) -> Mapping[str, str]:
    """Whatever takes a name gets a hostile one. IDs, by the paths' names for them."""
    hostile: list[tuple[str, dict[str, Any]]] = [
        ("create_tenant", {"tenant_id": "sakura", "name_ja": NAME, "name_en": NAME}),
        ("create_service", {"client_id": "service", "metadata": metadata("create_service")}),
        ("create_reader", {"client_id": "reader", "metadata": metadata("create_reader")}),
        ("invite_platform_operator", {"name": NAME, "department": FORMULA}),
        ("invite_tenant_operator", {"name": NAME, "department": NAME, "login_name": "a@sakura"}),
        ("add_platform_network", {"note": NAME}),
        ("add_tenant_network", {"note": NAME}),
        ("make_token", {"name": NAME}),
        ("ask_platform_export", {"document_number": NAME, "reason": FORMULA}),
        ("ask_tenant_export", {"document_number": FORMULA, "reason": NAME}),
    ]
    made: dict[str, Any] = {}
    for name, changes in hostile:
        endpoint = ENDPOINTS[name]
        path = API + endpoint.path.format(tenant_id="sakura")
        answer = await desk.post(path, json={**example_of(endpoint), **changes})
        assert answer.status_code == 201, (name, answer.text)
        made[name] = answer.json()
    one = f"{API}/operators/{colleague.operator_id}"
    version = (await desk.get(one)).headers["etag"]
    renamed = await desk.patch(
        one, json={"name": NAME, "department": NAME}, headers={"If-Match": version}
    )
    assert renamed.status_code == 200, renamed.text
    return {
        "tenant_id": "sakura",
        "of_platform": made["invite_platform_operator"]["operator"]["operator_id"],
        "of_tenant": made["invite_tenant_operator"]["operator"]["operator_id"],
        "deed_of_platform": made["ask_platform_export"]["deed_id"],
        "deed_of_tenant": made["ask_tenant_export"]["deed_id"],
        "network_of_platform": made["add_platform_network"]["network_id"],
        "network_of_tenant": made["add_tenant_network"]["network_id"],
    }


def metadata(name: str) -> dict[str, Any]:
    texts = ("client_name_ja", "client_name_en", "purpose_ja", "purpose_en", "contact")
    good: dict[str, Any] = example_of(ENDPOINTS[name])["metadata"]
    return {**good, **dict.fromkeys(texts, NAME), "decision_document_number": FORMULA}


def address(page: str, ids: Mapping[str, str]) -> str:
    whose = "tenant" if "{tenant_id}" in page else "platform"
    parts = {
        "tenant_id": ids["tenant_id"],
        "client_id": "reader" if "/readers" in page else "service",
        "operator_id": ids[f"of_{whose}"],
        "deed_id": ids[f"deed_of_{whose}"],
        "network_id": ids[f"network_of_{whose}"],
        "resident_id": ids["resident_id"],
        "change": "suspend",
        "whose": whose,
    }
    return re.sub(r"{(\w+)}", lambda part: parts.get(part[1], "nothing"), page)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_no_page_takes_a_name_for_anything_but_text(office: Office, language: str) -> None:
    administrator, colleague = (
        await office.operator(login_name="administrator"),
        await office.operator(login_name="colleague"),
    )
    resident = await office.gateway.resident(NAME)
    async with office.at_desk(administrator) as desk:
        ids = {**await fill(desk, colleague), "resident_id": resident.resident_id}
    escaped = []
    async with office.at_desk(colleague) as desk:
        desk.headers["Accept-Language"] = language
        for page in sorted(set(pages(office))):
            shown = await desk.get(address(page, ids))
            assert shown.status_code in (200, 303, 307, 403, 404, 409), (page, shown.status_code)
            for raw in RAW:
                assert raw not in shown.text, page
            if "&lt;script&gt;alert" in shown.text and shown.status_code == 200:
                escaped.append(page)
        opened = await desk.post(f"/admin/residents/{resident.resident_id}/views")
        assert opened.status_code == 200
        assert "&lt;script&gt;alert" in opened.text
        assert not any(raw in opened.text for raw in RAW)
    # The colleague's own name stands on every page, and the things' own beside it.
    assert len(escaped) > 60, escaped
