"""What goes along to the resident's reader agent: a challenge, and the way back to this task."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from gateway.card.challenge import Challenges, Purpose
from gateway.clock import Clock
from gateway.login.task import LoginTask
from gateway.settings import Settings
from gateway.web.languages import choose_language


@dataclass(frozen=True, slots=True)
class Handover:
    settings: Settings
    clock: Clock
    challenges: Challenges

    @property
    def agent(self) -> str:
        return self.settings.card.reader_agent

    async def fields(
        self, request: Request, task_id: str, holder: str, purpose: Purpose
    ) -> Mapping[str, str]:
        """Of the form that goes to the agent."""
        issuer = self.settings.server.issuer
        challenge = await self.challenges.issue(holder, purpose, issuer, self.clock())
        value = base64.urlsafe_b64encode(challenge.value).rstrip(b"=").decode("ascii")
        back = task_query(request, task_id, purpose=purpose)
        return {
            "challenge_id": challenge.challenge_id,
            "challenge": value,
            "purpose": purpose,
            "return_to": f"{issuer}/login/card/return?{back}",
            "ui_locales": choose_language(request),
        }

    def form_action(self, task: LoginTask) -> tuple[str, ...]:
        """Where a form of this sign-in's pages may end."""
        final = () if task.final_origin is None else (task.final_origin,)
        return (self.agent, *final)


def task_query(request: Request, task_id: str, **more: str) -> str:
    """The task, in the language it is done in."""
    return urlencode({"task": task_id, **more, "ui_locales": choose_language(request)})
