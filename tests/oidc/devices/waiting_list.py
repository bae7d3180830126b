"""What waits for a resident, read from their page."""

from gateway.demo.browser import read_page
from tests.oidc.devices.parts import AtHome


async def questions(at_home: AtHome) -> list[str]:
    """The paths of the answers, in the order of the page."""
    answered = await at_home.browser.get("/approvals")
    assert answered.status_code == 200, answered.text
    page = read_page(str(answered.url), answered.status_code, answered.text)
    return [form.action for form in page.forms if form.action.startswith("/approvals/")]


async def only_question(at_home: AtHome) -> str:
    (path,) = await questions(at_home)
    return path
