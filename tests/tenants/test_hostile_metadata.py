"""Metadata that means harm: refused by the member's name, without a word of it in the answer."""

from typing import Any

import pytest

from gateway.tenants.metadata import MetadataError
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from tests.tenants.town import READER, SERVICE, metadata, new_jwk

JWK = new_jwk()
DECIDED = {"decision_document_number": "花総発第12号"}
COMMON_ID = {"may_see_common_id": True, "scope": "openid common_id", **DECIDED}


def redirect(uri: str) -> dict[str, Any]:
    return {"redirect_uris": [uri], "sector_identifier": "health.example"}


def keys(*jwks: dict[str, Any]) -> dict[str, Any]:
    return {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": list(jwks)}}


TEXTS = [
    "花咲町\x00",
    "花咲町\x1b[2J",
    "花咲町\r\nSet-Cookie: a=b",
    "花咲町\t",
    "花咲町\x7f",
    "花咲町\x85",
    "花咲町\u2028",
    "花咲町\u2029",
    "町\u200f健康",
    "町\u202a健康",
    "町\u202e健康",
    "町\u2066健康",
    "町\u2069健康",
    "町\u061c健康",
    "健\u200b康",
    "健\u200d康",
    "健\ufeff康",
    "健\u00ad康",
    "健\u3164康",
    "健\uffa0康",
    "健\u2800康",
    "健\u034f康",
    "健\ue000康",
    "健\U000e0041康",
    "健\ud800康",
    "\u3164",
    "\u3000",
    "   ",
    " 健康",
    "健康\u3000",
    "健" + "\u0335" * 3 + "康",
    "\u0301健康",
    "Health \u05d0\u05d1",
    "Health \u0627\u0644",
    "\u0661\u0662",
    "健" * 401,
]
ADDRESSES = [
    "https://0x7f000001/cb",
    "https://2130706433/cb",
    "https://0177.0.0.1/cb",
    "https://127.1/cb",
    "https://192.0.2.256/cb",
    "https://health..example/cb",
    "https://-health.example/cb",
    "https://health.example./cb",
    f"https://{'a' * 64}.example/cb",
    "https://health.example:/cb",
    "https://health.example:99999/cb",
    "https://health.example/%2e%2e/cb",
    "https://health.example/.%2E/cb",
    "https://health.example/{path}",
    "https://health.example/a|b",
    "https://health.example/`id`",
    "https://health.example/cb\u3000",
    "https://xn--/../cb",
    "https://health.example%00.evil.example/cb",
    "https://evil.example%2f@health.example/cb",
    "http://127.0.0.1.nip.example/cb",
    "vbscript:msgbox",
    "blob:https://health.example/1",
    "about:blank",
    "intent://scan/#Intent;end",
]
OTHERS: list[tuple[dict[str, Any], str]] = [
    ({"decision_document_number": ""}, "decision_document_number"),
    ({"decision_document_number": "第12号\n"}, "decision_document_number"),
    ({"decision_document_number": "1" * 101}, "decision_document_number"),
    ({"contact": "a@example\r\nBcc: b@example"}, "contact"),
    ({"contact": "1" * 255}, "contact"),
    ({"may_see_common_id": True}, "decision_document_number"),
    ({"scope": "openid common_id", **DECIDED}, "scope"),
    ({**COMMON_ID, "grant_types": ["client_credentials"], "redirect_uris": None}, "scope"),
    ({**COMMON_ID, "decision_document_number": None}, "decision_document_number"),
    ({"scope": "openid openid"}, "scope"),
    ({"scope": "openid\u3000profile"}, "scope"),
    ({"scope": "openid COMMON_ID"}, "scope"),
    ({"grant_types": ["authorization_code", "authorization_code"]}, "grant_types"),
    ({"allowed_networks": ["192.0.2.0/24"]}, "allowed_networks"),
    ({"redirect_uris": ["https://health.example/callback"] * 2}, "redirect_uris"),
    (
        {"redirect_uris": [f"https://health.example/{number}" for number in range(33)]},
        "redirect_uris",
    ),
    ({"sector_identifier": "health.example:443"}, "sector_identifier"),
    ({"sector_identifier": "health.example."}, "sector_identifier"),
    ({"sector_identifier": "*.example"}, "sector_identifier"),
    ({"sector_identifier": "127.1"}, "sector_identifier"),
    ({"sector_identifier": "client:other"}, "sector_identifier"),
    ({"sector_identifier": ""}, "sector_identifier"),
    (keys({**JWK, "d": "AA"}), "jwks"),
    (keys(JWK, {**JWK, "d": ""}), "jwks"),
    (keys({"kty": "oct", "k": "AA"}), "jwks"),
    (keys({"kty": "RSA", "n": "AQAB", "e": "AQ"}), "jwks"),
    (keys({**JWK, "alg": "none"}), "jwks"),
    (keys(), "jwks"),
    (keys(*[JWK] * 17), "jwks"),
]
HOSTILE: list[tuple[dict[str, Any], str]] = [
    *(({"client_name_ja": text}, "client_name_ja") for text in TEXTS),
    *(({"purpose_en": text}, "purpose_en") for text in TEXTS[:20]),
    *((redirect(uri), "redirect_uris") for uri in ADDRESSES),
    *OTHERS,
]


@pytest.mark.parametrize(("change", "names"), HOSTILE)
def test_one_hostile_member_refuses_a_service(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))
    assert refused.value.field == names
    line = str(refused.value)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 200
    for value in change.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and len(text) > 12 and text.startswith("http"):
                assert text not in line


@pytest.mark.parametrize(
    "change",
    [
        {"client_name_ja": "花咲町　健康アプリ"},
        {"client_name_ja": "葛\U000e0100城市"},
        {"client_name_ja": "が・ぱ・é・👍"},
        {"client_name_en": "<script>alert(1)</script>"},
        {"client_name_en": "{{ 7*7 }} ${jndi} %s ' OR 1=1 --"},
        {"purpose_ja": "健" * 400},
        {"decision_document_number": "花総発第12号", "contact": "健康課 0857-00-0000"},
        {"contact": "kenko@hanasaki.example"},
        COMMON_ID,
        {"may_see_common_id": True, **DECIDED},
        redirect("https://health.example:8443/cb?a=%2F..%2F"),
        redirect("https://xn--l8jegik.example/cb"),
        redirect("https://192.0.2.1/cb"),
        {"sector_identifier": "health.example"},
        keys(JWK, new_jwk()),
    ],
)
def test_what_looks_odd_and_harms_nobody_is_accepted_as_it_is(change: dict[str, Any]) -> None:
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"may_see_common_id": True, **DECIDED}, "may_see_common_id"),
        ({"scope": "card:verify common_id"}, "scope"),
        ({"client_name_ja": "窓口\u202e"}, "client_name_ja"),
        ({"allowed_networks": ["192.0.2.0/24", "192.0.2.0/24"]}, "allowed_networks"),
        ({"allowed_networks": [f"10.0.{n}.0/24" for n in range(65)]}, "allowed_networks"),
        ({"allowed_networks": [""]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.0/24", "any"]}, "allowed_networks"),
        ({"allowed_networks": ["0.0.0.0/0"]}, "allowed_networks"),
        ({"allowed_networks": ["::/0"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.1/24"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.1"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2/24"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.0/255.255.255.0"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.0/024"]}, "allowed_networks"),
        ({"allowed_networks": ["192.000.002.000/24"]}, "allowed_networks"),
        ({"allowed_networks": [" 192.0.2.0/24"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.0/24\n"]}, "allowed_networks"),
        ({"allowed_networks": ["192.0.2.0/33"]}, "allowed_networks"),
        ({"allowed_networks": ["fe80::1%eth0/64"]}, "allowed_networks"),
        ({"allowed_networks": ["2001:DB8::/32"]}, "allowed_networks"),
        ({"allowed_networks": ["2001:0db8::/32"]}, "allowed_networks"),
        ({"allowed_networks": ["::ffff:192.0.2.0/120"]}, "allowed_networks"),
        ({"allowed_networks": ["１９２.0.2.0/24"]}, "allowed_networks"),
        ({"allowed_networks": ["reader.example"]}, "allowed_networks"),
    ],
)
def test_one_hostile_member_refuses_a_reader(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.READER, "counter", metadata(READER, **change))
    assert refused.value.field == names
    assert str(refused.value).isascii()
    assert "\n" not in str(refused.value)


def test_a_reader_may_have_64_networks_of_either_kind() -> None:
    networks = [f"10.0.{number}.0/24" for number in range(62)]
    networks += ["192.0.2.1/32", "2001:db8::/32"]
    check_metadata(ClientKind.READER, "counter", metadata(READER, allowed_networks=networks))
