"""What an approved deed does, in the transaction of its approval; an export waits for its asker."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.people import named
from gateway.admin.endpoint import Call
from gateway.audit.destruction import (
    DestroyedItem,
    Destruction,
    Method,
    Subject,
    sign_destruction,
)
from gateway.consent.ending import delete_consents_of_clients, delete_consents_of_resident
from gateway.errors import Conflict
from gateway.operators.deeds import DeedKind, TwoPersonDeed
from gateway.operators.ending import delete_operators_of
from gateway.operators.registry import find_operator
from gateway.operators.two_person import note_result
from gateway.residents.destruction import destroy_links_of_clients, destroy_resident
from gateway.tenants.ending import end_tenant
from gateway.tenants.registry import TenantRecord, TenantState, find_tenant

MEDIUM = "玄関 記録データベース / Genkan, record store"
_ATTRIBUTES = "基本4情報（氏名、住所、生年月日、性別） / basic attributes"
_CERTIFICATES = "電子証明書との結び付け（ハッシュ値） / bindings to certificates (hashes)"
_LINKS = "サービスとのID連携 / links to services"
_CONSENTS = "本人同意 / consents"
_GRANTS = "サービスへの利用許可 / grants to services"
_OPERATORS = "運用者の認証情報 / operators' credentials"
_TENANT = "利用環境の登録 / registration of the tenant"
_ENDED = {
    "clients": "サービス・端末の登録 / registrations of services and readers",
    "secrets": "サービス・端末の秘密（ハッシュ値） / secrets of services and readers (hashes)",
    "logos": "ロゴ画像 / logos",
    "networks": "接続元の許可 / allow-list",
    "tokens": "アプリ登録用のトークン（ハッシュ値） / tokens to register services with (hashes)",
}


async def delete_resident(connection: AsyncConnection, call: Call, deed: TwoPersonDeed) -> None:
    resident_id = str(deed.subject["resident_id"])
    consents = await delete_consents_of_resident(connection, resident_id)
    grants = await call.house.grants.delete_of_resident(connection, resident_id)
    gone = await destroy_resident(connection, resident_id, call.now)
    pseudonym = call.house.audit.pseudonym(resident_id)
    items = (
        _item(call, _ATTRIBUTES, gone.data_keys, Method.KEY_DESTROYED),
        _item(call, _CERTIFICATES, gone.certificates),
        _item(call, _LINKS, gone.links),
        _item(call, _CONSENTS, consents),
        _item(call, _GRANTS, grants),
    )
    await _certify(connection, call, deed, Subject.RESIDENT, pseudonym, items)
    entry = call.entry("resident.deleted", resident=pseudonym, deed=deed.deed_id)
    await call.house.audit.write(connection, entry)


async def end(connection: AsyncConnection, call: Call, deed: TwoPersonDeed) -> None:
    tenant_id = str(deed.subject["tenant_id"])
    check_deleted(await find_tenant(connection, tenant_id, for_update=True))
    ended = await end_tenant(connection, tenant_id, call.now)
    links = await destroy_links_of_clients(connection, ended.client_ids)
    consents = await delete_consents_of_clients(connection, ended.client_ids)
    grants = await call.house.grants.delete_of_clients(connection, ended.client_ids)
    operators = await delete_operators_of(connection, tenant_id, call.now)
    counts = (
        (_TENANT, 1),
        *((_ENDED[kind], count) for kind, count in ended.destroyed.items()),
        (_LINKS, links),
        (_CONSENTS, consents),
        (_GRANTS, grants),
        (_OPERATORS, operators),
    )
    items = tuple(_item(call, name, quantity) for name, quantity in counts)
    await _certify(connection, call, deed, Subject.TENANT, tenant_id, items)
    entry = call.entry("tenant.ended", tenant_id=tenant_id, deed=deed.deed_id)
    await call.house.audit.write(connection, entry)


def check_deleted(tenant: TenantRecord) -> None:
    """When it is asked for and when it is done: somebody may have restored it meanwhile. Raises
    Conflict."""
    if tenant.state is not TenantState.DELETED:
        raise Conflict("delete the tenant first; it can still be restored then")


CARRIED_OUT: Mapping[
    DeedKind, Callable[[AsyncConnection, Call, TwoPersonDeed], Awaitable[None]]
] = {DeedKind.RESIDENT_DELETION: delete_resident, DeedKind.TENANT_END: end}


def _item(
    call: Call, name: str, quantity: int, method: Method = Method.OVERWRITTEN
) -> DestroyedItem:
    """Of a store that does not overwrite, no more is certified than that it deleted."""
    done = method if call.house.records.overwrites else Method.DELETED
    return DestroyedItem(name, MEDIUM, quantity, done)


async def _certify(
    connection: AsyncConnection,
    call: Call,
    deed: TwoPersonDeed,
    subject: Subject,
    subject_id: str,
    items: tuple[DestroyedItem, ...],
) -> None:
    asker = await find_operator(connection, deed.asked_by)
    destruction = Destruction(
        issuer=call.house.settings.server.issuer,
        subject=subject,
        subject_id=subject_id,
        deed_id=deed.deed_id,
        document_number=deed.document_number,
        asked_by=deed.asked_by if asker is None else named(asker),
        approved_by=named(call.operator),
        responsible_person=named(call.operator),
        destroyed_at=call.now,
        items=items,
    )
    signed = await sign_destruction(call.house.keys, destruction, call.now)
    await note_result(connection, deed.deed_id, {"certificate": signed})
