"""A body of each kind as the OpenAPI document shows it; tests send every one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.admin.api.account import Acknowledgement, NewPassword
from gateway.admin.api.clients import NewClient, NewLogo
from gateway.admin.api.deletions import Reasons
from gateway.admin.api.exports import ExportRequest
from gateway.admin.api.initial_tokens import InitialTokenOrder
from gateway.admin.api.networks import NewNetwork
from gateway.admin.api.operators import Invitation, OperatorEdit
from gateway.admin.api.passkeys import NewPasskey, PasskeyName
from gateway.admin.api.residents import Search
from gateway.admin.api.reviews import Decision
from gateway.admin.api.tenants import NewTenant, TenantNames
from gateway.admin.api.tokens import NewToken
from gateway.admin.endpoint import Endpoint
from gateway.tenants.metadata import ClientMetadata

_SERVICE = {
    "client_name_ja": "健診予約",
    "client_name_en": "Check-up booking",
    "purpose_ja": "健診の予約と結果のお知らせ",
    "purpose_en": "Booking check-ups and telling their results",
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile birthdate offline_access",
    "redirect_uris": ["https://checkup.example.jp/callback"],
    "post_logout_redirect_uris": ["https://checkup.example.jp/"],
    "decision_document_number": "花健発第34号",
    "contact": "kenko@town.hanasaki.example.jp",
}
_READER = {
    "client_name_ja": "住民課の窓口端末",
    "client_name_en": "Residents' counter",
    "purpose_ja": "窓口での本人確認",
    "purpose_en": "Identifying residents at the counter",
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["client_credentials"],
    "scope": "card:verify",
    "allowed_networks": ["203.0.113.0/24"],
}
_REASONS = {"document_number": "花総発第56号", "reason": "本人からの申出による"}
# One pixel.
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)
_EXAMPLES: Mapping[Any, object] = {
    Acknowledgement: {"training_received": "yes"},
    NewPassword: {"password": "four words of one's own"},
    NewPasskey: {"name": "庁舎のパソコン", "answer": '{"id": "…", "response": {}}'},
    PasskeyName: {"name": "庁舎のパソコン"},
    NewToken: {"name": "夜間の照合", "days": 30},
    InitialTokenOrder: {
        "note": "花咲ソフト（健診予約の開発）",
        "scope": "openid profile birthdate",
        "days": 7,
        "uses": 1,
    },
    NewTenant: {"tenant_id": "sakuradai", "name_ja": "桜台市", "name_en": "Sakuradai City"},
    TenantNames: {"name_ja": "桜台市", "name_en": "Sakuradai City"},
    NewClient: {"client_id": "checkup", "metadata": _SERVICE},
    ClientMetadata: _SERVICE,
    NewLogo: {"media_type": "image/png", "image": _PNG},
    Invitation: {
        "login_name": "hanako.yamada@town.hanasaki.example.jp",
        "name": "山田　花子",
        "department": "健康課",
        "role": "service_manager",
    },
    OperatorEdit: {"department": "総務課"},
    NewNetwork: {"network": "198.51.100.0/24", "note": "本庁舎"},
    Search: {"name": "花咲　花子", "birth_date": "1985-04-12"},
    Decision: {"decision": "same_person"},
    Reasons: _REASONS,
    ExportRequest: {"filter": {"kind": "operation", "since": "2026-11-01T00:00:00Z"}, **_REASONS},
}
_OF_READERS: Mapping[Any, object] = {
    NewClient: {"client_id": "counter-1", "metadata": _READER},
    ClientMetadata: _READER,
}


def example_of(endpoint: Endpoint) -> Any:
    """The body's example as JSON has it."""
    of_readers = "/readers" in endpoint.path
    examples = {**_EXAMPLES, **_OF_READERS} if of_readers else _EXAMPLES
    return msgspec.to_builtins(examples[endpoint.body])
