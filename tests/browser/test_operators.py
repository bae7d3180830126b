"""The demo's console: two administrators, and a deed that needs both of them."""

import pytest

from gateway.demo.town import OPERATORS
from tests.browser.conftest import AtDesk
from tests.browser.operator import OperatorAtScreen

pytestmark = pytest.mark.browser

SONODA, KAWABE, _ = OPERATORS
WAKABA = "tenants/wakaba"


def test_a_tenant_ends_when_two_persons_want_it(at_desk: AtDesk) -> None:
    sonoda, kawabe = seated(at_desk, 0), seated(at_desk, 1)
    sonoda.go("tenants")
    sonoda.go("tenants/new")
    sonoda.send("/admin/tenants", name_ja="若葉村", name_en="Wakaba", tenant_id="wakaba")
    sonoda.wait_for(f"/admin/{WAKABA}/services")
    ask_for_its_end(sonoda)
    own = sonoda.page.url
    assert sonoda.page.locator("a[href$='/approval']").count() == 0

    page = kawabe.page
    kawabe.go("deeds")
    page.get_by_role("row").filter(has_text="花情第5号").get_by_role("link").click()
    page.locator("a[href$='/approval']").click()
    kawabe.send("/approval")
    page.locator("a[href$='/certificate']").click()
    told = page.locator("article.certificate").inner_text()
    assert SONODA.name in told
    assert KAWABE.name in told
    assert "花情第5号" in told

    sonoda.page.goto(own)
    assert sonoda.page.locator("a[href$='/certificate']").count() == 1
    sonoda.go("logs")
    assert sonoda.page.get_by_role("row").filter(has_text="wakaba").count() > 0


def seated(at_desk: AtDesk, number: int) -> OperatorAtScreen:
    operator = at_desk()
    operator.sign_in(OPERATORS[number])
    operator.acknowledge_notice()
    operator.wait_for("/admin/overview")
    return operator


def ask_for_its_end(operator: OperatorAtScreen) -> None:
    operator.go("tenants")
    operator.go(f"{WAKABA}/edit")
    operator.go(f"{WAKABA}/delete")
    operator.page.locator(".danger button[type=submit]").click()
    operator.wait_for(f"/admin/{WAKABA}/edit")
    operator.go(f"{WAKABA}/end")
    operator.send(f"{WAKABA}/end", document_number="花情第5号", reason="合併のため")
    operator.page.get_by_role("status").wait_for()
