"""One operator's request to a page: who it is, what they may, and calls to the API's endpoints."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.caller import Caller, check_notice, check_presence, identify
from gateway.admin.console.navigation import Place, navigation
from gateway.admin.endpoint import Answer, Call, check_right, perform
from gateway.admin.house import House
from gateway.errors import Conflict, InvalidField, PreconditionNeeded, StaleVersion
from gateway.login.browser import Browsers
from gateway.operators.model import Operator, Permission, may
from gateway.web.languages import choose_language
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters

_CHANGES = ("created", "changed", "suspended", "resumed", "deleted", "restored")
# What a page may say was done, before it was come back to: `done_` + word is its text.
DONE = frozenset(
    {
        "network_added",
        "network_removed",
        *(f"tenant_{deed}" for deed in _CHANGES),
        *(f"service_{deed}" for deed in _CHANGES),
        *(f"reader_{deed}" for deed in _CHANGES),
        "former_secret_ended",
        "export_asked",
        "logo_changed",
        "logo_removed",
        "passkey_added",
        "passkey_renamed",
        "passkey_removed",
        "token_ended",
        "initial_token_revoked",
        "service_self_management_ended",
        *(f"operator_{deed}" for deed in ("changed", "suspended", "resumed", "deleted")),
        *(f"resident_{deed}" for deed in ("suspended", "resumed", "deceased", "undeceased")),
        *(f"deed_{deed}" for deed in ("asked", "approved", "refused", "withdrawn")),
        "review_decided",
    }
)
Refusal = InvalidField | Conflict
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all pages share."""

    house: House
    pages: Pages
    browsers: Browsers

    async def visit(self, request: Request, *, before_notice: bool = False) -> "Visit":
        """Raises SignInNeeded; and NoticeNeeded, but on pages that one needs before the notice."""
        now = self.house.clock()
        caller = await identify(self.house, request, now)
        if not before_notice:
            check_notice(caller)
        return Visit(self, request, caller, now)


@dataclass(frozen=True, slots=True)
class Visit:
    desk: Desk
    request: Request
    caller: Caller
    now: datetime

    @property
    def operator(self) -> Operator:
        return self.caller.operator

    @property
    def tenant_id(self) -> str | None:
        found: str | None = self.request.path_params.get("tenant_id")
        return found

    @property
    def whose(self) -> str:
        """As the names of endpoints say it that stand for both."""
        return "platform" if self.tenant_id is None else "tenant"

    def at(self, *parts: str) -> str:
        """A page of the platform's, or of the tenant this page is in."""
        return (
            path_to(*parts)
            if self.tenant_id is None
            else path_to("tenants", self.tenant_id, *parts)
        )

    def may(self, permission: Permission) -> bool:
        """For what this page is about; a page shows no button that would be refused."""
        return may(self.operator, permission, self.tenant_id)

    def need_presence(self) -> None:
        """Before a form for a dangerous deed: proving oneself afterwards would lose what was typed.
        Raises ReauthenticationNeeded."""
        seconds = self.desk.house.settings.admin.reauthentication_seconds
        check_presence(self.caller, self.now, timedelta(seconds=seconds))

    async def need(self, permission: Permission) -> None:
        """Before a form that reads nothing of its own: as its endpoint would, with the refusal in
        the log. Raises NotAllowed or NoSuchThing."""
        check_notice(self.caller)
        path = dict(self.request.path_params)
        await check_right(permission, Call(self.desk.house, self.caller, self.now, path))

    async def call(
        self,
        name: str,
        *,
        body: object = None,
        query: object = None,
        version: int | None = None,
        **path: str,
    ) -> Answer:
        """As the API would: the same checks, the same deed, the same log line."""
        endpoint = ENDPOINTS[name]
        named = dict(self.request.path_params) | path
        query = endpoint.query() if query is None and endpoint.query is not None else query
        call = Call(
            house=self.desk.house,
            caller=self.caller,
            now=self.now,
            path=named,
            body=body,
            query=query,
            expected_version=version,
        )
        return await perform(endpoint, call)

    def say(self, key: str, **values: object) -> str:
        """In the reader's language."""
        return self.desk.pages.texts.say(choose_language(self.request), key, **values)

    async def form(self) -> Mapping[str, str]:
        return await form_parameters(self.request)

    def render(
        self, template: str, *, status: int = 200, tenant_name: str | None = None, **values: Any
    ) -> Response:
        return self.desk.pages.render(
            self.request,
            f"admin/{template}",
            status=status,
            operator=self.operator,
            places=self.places(),
            tenant_id=self.tenant_id,
            tenant_name=tenant_name,
            may=self.may,
            Permission=Permission,
            done=self.request.query_params.get("done"),
            known_deeds=DONE,
            at=self.at,
            **values,
        )

    def places(self) -> Sequence[Place]:
        return navigation(self.operator, self.tenant_id, self.request.url.path)


def to_body(fields: Mapping[str, Any], type: Any) -> Any:
    """A form's fields as an endpoint's body. Raises InvalidField, which names the field."""
    try:
        found = msgspec.convert(fields, type, strict=False)
    except msgspec.ValidationError as cause:
        text, _, where = str(cause).partition(" - at `$.")
        field = where.rstrip("`") or text.rpartition("`")[0].rpartition("`")[2]
        raise InvalidField(field, text.replace("`", "")) from cause
    _check_kept(fields, found)
    return found


def _check_kept(fields: Mapping[str, Any], found: Any) -> None:
    """To msgspec the word "null" is None, and a filter that finds everything is not what was meant.
    Raises InvalidField."""
    for name, value in fields.items():
        kept = getattr(found, name)
        if kept is None and value is not None:
            raise InvalidField(name, "null is no value here")
        if isinstance(kept, msgspec.Struct) and isinstance(value, Mapping):
            _check_kept(value, kept)


def seen_version(form: Mapping[str, str]) -> int:
    """What the form was filled in over. Raises PreconditionNeeded, or StaleVersion for what was
    never one of our versions."""
    written = form.get("version")
    if written is None:
        raise PreconditionNeeded
    if not _VERSION.fullmatch(written):
        raise StaleVersion
    return int(written)


def problem_of(refusal: Refusal) -> tuple[str | None, str]:
    """The field and what is wrong with it, for a form that is shown again."""
    if isinstance(refusal, InvalidField):
        return refusal.field, refusal.description
    return None, refusal.description


def path_to(*parts: str) -> str:
    """`path_to("tenants", "hanasaki")` is /admin/tenants/hanasaki."""
    return "/".join(("/admin", *(quote(part, safe="") for part in parts)))
