"""Residents: found by what a clerk has at hand, opened one by one, suspended, marked deceased."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.endpoint import Answer, Call, Endpoint, Method
from gateway.card.api import AttributeOrigin, BasicAttributes
from gateway.errors import InvalidField, NoSuchThing
from gateway.operators.model import Permission
from gateway.residents import administration
from gateway.residents.administration import (
    BoundCertificate,
    LinkRecord,
    ResidentRecord,
    find_resident_record,
)
from gateway.residents.standing import AttributeStanding
from gateway.tenants.client_names import ClientName, client_names

_ONE = "/residents/{resident_id}"
_WAYS = (("name", "birth_date"), ("common_id",), ("client_id", "local_id"))
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]


class Search(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of three ways; in a body, so that no name stands in an address or a log."""

    name: Short | None = None
    birth_date: date | None = None
    common_id: Short | None = None
    client_id: Short | None = None
    local_id: Short | None = None


class CertificateView(msgspec.Struct, frozen=True):
    certificate_type: str
    bound_at: datetime
    not_after: datetime
    revoked_at: datetime | None
    """None also where whoever told that it is revoked did not say since when."""
    revocation_reason: str | None
    """As in RFC 5280 §5.3.1. None: nothing is known against it."""
    found_revoked_at: datetime | None


class LinkView(msgspec.Struct, frozen=True):
    client_id: str
    client_name_ja: str
    client_name_en: str
    tenant_id: str
    local_id: str
    linked_at: datetime
    ended_at: datetime | None


class AttributesView(msgspec.Struct, frozen=True):
    """None where the certificate carries none."""

    name: str | None
    name_substituted: bool
    """代替文字: it holds characters that stand for others."""
    birth_date: date | None
    birth_date_on_card: str | None
    """EYYYYMMDD, also where a part of it is not known."""
    gender: str | None
    """1 male, 2 female, 3 unknown."""
    address: str | None
    address_substituted: bool


class ResidentView(msgspec.Struct, frozen=True):
    resident_id: str
    common_id: str
    state: str
    created_at: datetime
    changed_at: datetime | None
    certificates: tuple[CertificateView, ...]
    attributes_changed: bool
    """Name or address did, and the new signature certificate has not been read."""
    links: tuple[LinkView, ...]
    pseudonym: str
    """How the logs name them."""
    version: int


class _Change(Protocol):
    async def __call__(
        self,
        connection: AsyncConnection,
        resident_id: str,
        *,
        expected_version: int,
        now: datetime,
    ) -> ResidentRecord: ...


async def search_residents(call: Call) -> Answer:
    """What was looked for is logged as a kind, never as a value."""
    asked: Search = call.body
    way, find = _way(call, asked)
    async with call.house.records.writing() as connection:
        found = [await _view(connection, call, one) for one in await find(connection)]
        entry = call.entry("resident.searched", by=way, found=str(len(found)))
        await call.house.audit.write(connection, entry)
    return Answer(tuple(found))


def _way(
    call: Call, asked: Search
) -> tuple[str, Callable[[AsyncConnection], Awaitable[tuple[str, ...]]]]:
    """Exactly one way. Raises InvalidField."""
    search = call.house.search
    given = {name for name, value in msgspec.structs.asdict(asked).items() if value is not None}
    if given <= {"name", "birth_date"} and asked.name is not None:
        return "name", partial(search.by_name, name=asked.name, birth_date=asked.birth_date)
    if given == {"common_id"} and asked.common_id is not None:
        return "common_id", partial(search.by_common_id, text=asked.common_id)
    if given == {"client_id", "local_id"} and asked.client_id and asked.local_id:
        return "local_id", partial(
            search.by_local_id, client_id=asked.client_id, local_id=asked.local_id
        )
    for way in _WAYS:
        if given < set(way):
            raise InvalidField(next(name for name in way if name not in given), "it is missing")
    raise InvalidField("name", "name and birth date, or the common ID, or service and local ID")


async def show_resident(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        view = await _view(connection, call, call.path["resident_id"])
    return Answer(view, view.version)


async def show_attributes(call: Call) -> Answer:
    """Opened for this one look, which is logged before anything is shown."""
    resident_id = call.path["resident_id"]
    async with call.house.records.writing() as connection:
        await _existing(connection, resident_id)
        pseudonym = call.house.audit.pseudonym(resident_id)
        entry = call.entry("resident.viewed", resident=pseudonym)
        await call.house.audit.write(connection, entry)
    attributes = await call.house.residents.attributes(resident_id)
    if attributes is None:
        raise NoSuchThing
    return Answer(view_attributes(attributes))


def view_attributes(attributes: BasicAttributes) -> AttributesView:
    return AttributesView(
        name=attributes.name,
        name_substituted=attributes.name_origin is AttributeOrigin.SUBSTITUTED,
        birth_date=attributes.birthday,
        birth_date_on_card=attributes.birth_date,
        gender=attributes.gender,
        address=attributes.address,
        address_substituted=attributes.address_origin is AttributeOrigin.SUBSTITUTED,
    )


async def _change_state(change: _Change, deed: str, call: Call) -> Answer:
    resident_id = call.path["resident_id"]
    async with call.house.records.writing() as connection:
        await change(connection, resident_id, expected_version=call.version, now=call.now)
        await call.house.grants.revoke_of_resident(connection, resident_id, call.now)
        pseudonym = call.house.audit.pseudonym(resident_id)
        await call.house.audit.write(connection, call.entry(deed, resident=pseudonym))
        view = await _view(connection, call, resident_id)
    return Answer(view, view.version)


async def _existing(connection: AsyncConnection, resident_id: str) -> ResidentRecord:
    found = await find_resident_record(connection, resident_id)
    if found is None:
        raise NoSuchThing
    return found


async def _view(connection: AsyncConnection, call: Call, resident_id: str) -> ResidentView:
    found = await _existing(connection, resident_id)
    names = await client_names(connection, (link.client_id for link in found.links))
    return ResidentView(
        found.resident_id,
        found.common_id,
        found.state,
        found.created_at,
        found.changed_at,
        tuple(_certificate(one) for one in found.certificates),
        found.standing is AttributeStanding.CHANGED,
        tuple(_link(link, names[link.client_id]) for link in found.links),
        call.house.audit.pseudonym(resident_id),
        found.version,
    )


def _certificate(bound: BoundCertificate) -> CertificateView:
    return CertificateView(
        certificate_type=bound.certificate_type,
        bound_at=bound.bound_at,
        not_after=bound.not_after,
        revoked_at=bound.revoked_at,
        revocation_reason=bound.revocation_reason,
        found_revoked_at=bound.found_revoked_at,
    )


def _link(link: LinkRecord, named: ClientName) -> LinkView:
    return LinkView(
        client_id=link.client_id,
        client_name_ja=named.client_name_ja,
        client_name_en=named.client_name_en,
        tenant_id=named.tenant_id,
        local_id=link.local_id,
        linked_at=link.linked_at,
        ended_at=link.ended_at,
    )


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="search_residents",
            method="POST",
            path="/residents/searches",
            summary="By name and birth date, by common ID, or by a service's own ID: whole values",
            permission=Permission.VIEW_RESIDENTS,
            handle=search_residents,
            body=Search,
            answer=tuple[ResidentView, ...],
        ),
        Endpoint(
            name="show_resident",
            method="GET",
            path=_ONE,
            summary="One resident, without names",
            permission=Permission.VIEW_RESIDENTS,
            handle=show_resident,
            answer=ResidentView,
        ),
        Endpoint(
            name="show_resident_attributes",
            method="POST",
            path=f"{_ONE}/views",
            summary="The basic attributes of one resident; every look is logged",
            permission=Permission.VIEW_RESIDENTS,
            handle=show_attributes,
            answer=AttributesView,
        ),
        _state("suspend", "PUT", "suspension", administration.suspend, "resident.suspended"),
        _state("resume", "DELETE", "suspension", administration.resume, "resident.resumed"),
        _state("mark_deceased", "PUT", "death", administration.mark_deceased, "resident.deceased"),
        _state(
            "unmark_deceased",
            "DELETE",
            "death",
            administration.unmark_deceased,
            "resident.undeceased",
        ),
    )


def _state(verb: str, method: Method, below: str, change: _Change, deed: str) -> Endpoint:
    return Endpoint(
        name=f"{verb}_resident",
        method=method,
        path=f"{_ONE}/{below}",
        summary=f"{verb.replace('_', ' ').capitalize()}: a resident",
        permission=Permission.MANAGE_RESIDENTS,
        handle=partial(_change_state, change, deed),
        answer=ResidentView,
        conditional=True,
        refusals=(409,),
    )
