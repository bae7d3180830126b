"""A resident in front of the consent page."""

from dataclasses import dataclass

import httpx2

from gateway.consent.task import ConsentTask
from gateway.demo.browser import Page, read_page
from gateway.residents.model import Resident
from tests.support.gateway import ISSUER, NOW, Gateway

CLIENT = "health"
RETURN_TO = "/authorize/a-request"
SCOPES = ("profile", "address")
OWN_FORM = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Asked:
    gateway: Gateway
    browser: httpx2.AsyncClient
    resident: Resident

    async def path(self, *scopes: str, name: str = "健康アプリ") -> str:
        task = ConsentTask(
            return_to=RETURN_TO,
            client_id=CLIENT,
            tenant_id="hanasaki",
            resident_id=self.resident.resident_id,
            client_name_ja=name,
            client_name_en="Health",
            purpose_ja="健診のご案内",
            purpose_en="Check-ups",
            scopes=scopes or SCOPES,
            final_origin="https://health.example.test",
        )
        return await self.gateway.provider.consent_tasks.begin(task)

    async def open(self, path: str) -> Page:
        response = await self.browser.get(path)
        return read_page(str(response.url), response.status_code, response.text)

    async def decide(self, path: str, decision: str) -> httpx2.Response:
        task_id = path.partition("task=")[2]
        data = {"task": task_id, "decision": decision}
        return await self.browser.post("/consent", data=data, headers=OWN_FORM)

    async def given(self) -> frozenset[str] | None:
        consents, who = self.gateway.provider.consents, self.resident.resident_id
        agreed = await consents.given(CLIENT, who, since=NOW)
        return None if agreed is None else agreed.scopes
