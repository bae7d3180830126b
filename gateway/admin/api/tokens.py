"""One's own tokens: how an operator's own programs speak to the API."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.operators.api_tokens import ApiToken, end_api_token, list_api_tokens, make_api_token


class NewToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=100)]
    days: Annotated[int, msgspec.Meta(ge=1, le=90)]


class TokenView(msgspec.Struct, frozen=True):
    token_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class MadeToken(msgspec.Struct, frozen=True):
    token: str
    """Shown this once."""
    about: TokenView


async def list_tokens(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        found = await list_api_tokens(connection, call.operator.operator_id)
    return Answer(tuple(_view(token) for token in found))


async def make_token(call: Call) -> Answer:
    new: NewToken = call.body
    async with call.house.records.writing() as connection:
        about, token = await make_api_token(
            connection,
            call.house.keyed_hash,
            call.operator.operator_id,
            new.name,
            timedelta(days=new.days),
            call.now,
        )
        entry = call.entry("token.made", tenant_id=call.operator.tenant_id, token=about.token_id)
        await call.house.audit.write(connection, entry)
    return Answer(MadeToken(token, _view(about)))


async def end_token(call: Call) -> Answer:
    async with call.house.records.writing() as connection:
        ended = await end_api_token(connection, call.operator.operator_id, call.path["token_id"])
        entry = call.entry("token.ended", tenant_id=call.operator.tenant_id, token=ended.token_id)
        await call.house.audit.write(connection, entry)
    return Answer()


def _view(token: ApiToken) -> TokenView:
    return TokenView(
        token.token_id, token.name, token.created_at, token.expires_at, token.last_used_at
    )


LIST_TOKENS = Endpoint(
    name="list_tokens",
    method="GET",
    path="/me/tokens",
    summary="One's own tokens",
    permission=None,
    handle=list_tokens,
    answer=tuple[TokenView, ...],
)
MAKE_TOKEN = Endpoint(
    name="make_token",
    method="POST",
    path="/me/tokens",
    summary="A token for a program of one's own; it is shown once",
    permission=None,
    handle=make_token,
    body=NewToken,
    answer=MadeToken,
    status=201,
    dangerous=True,
    refusals=(409,),
)
END_TOKEN = Endpoint(
    name="end_token",
    method="DELETE",
    path="/me/tokens/{token_id}",
    summary="End one of one's own tokens",
    permission=None,
    handle=end_token,
    status=204,
)


def endpoints() -> tuple[Endpoint, ...]:
    return LIST_TOKENS, MAKE_TOKEN, END_TOKEN
