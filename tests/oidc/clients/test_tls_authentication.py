"""A client proves itself with a TLS certificate, by the word of a listed proxy only (RFC 8705)."""

import base64
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding

from tests.oidc.clients.conftest import PROXY
from tests.support.certificates import in_client_cert, in_nginx, new_certificate, public_jwk
from tests.support.gateway import NOW, Gateway
from tests.support.log import log_text, logged

pytestmark = pytest.mark.anyio
KEY = generate_private_key(SECP256R1())
DN = "CN=health,O=Hanasaki,C=JP"
SECOND = timedelta(seconds=1)
NAMES = [
    x509.DNSName("Health.hanasaki.example"),
    x509.UniformResourceIdentifier("spiffe://hanasaki/health"),
    x509.IPAddress(ip_address("192.0.2.77")),
    x509.IPAddress(ip_address("2001:db8::77")),
    x509.RFC822Name("health@hanasaki.example"),
]


async def introspect(
    gateway: Gateway, *values: str, address: str = PROXY, header: str = "Client-Cert"
) -> httpx2.Response:
    headers = [(header, value) for value in values] + [("X-Forwarded-For", "198.51.100.7")]
    async with gateway.browser(address) as http:
        form = {"token": "x", "client_id": "health"}
        return await http.post("/introspect", data=form, headers=headers)


async def named(gateway: Gateway, **name: str) -> None:
    await gateway.service(
        "health",
        token_endpoint_auth_method="tls_client_auth",
        **(name or {"tls_client_auth_subject_dn": DN}),
    )


async def self_signed(gateway: Gateway, *keys: dict[str, Any]) -> None:
    method = "self_signed_tls_client_auth"
    jwks = {"keys": list(keys) or [public_jwk(KEY)]}
    await gateway.service("health", token_endpoint_auth_method=method, jwks=jwks)


def refused(answer: httpx2.Response) -> bool:
    return (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_both_ways_to_hand_it_on_are_read(proxied: Gateway) -> None:
    await named(proxied)
    certificate = new_certificate(DN)
    for value in (in_client_cert(certificate), in_nginx(certificate)):
        answer = await introspect(proxied, value)
        assert answer.status_code == 200, answer.text


async def test_nobodys_word_counts_but_a_listed_proxys(proxied: Gateway) -> None:
    await named(proxied)
    good = in_client_cert(new_certificate(DN))
    for address in ("127.0.0.1", "192.0.2.11", "198.51.100.7"):
        assert refused(await introspect(proxied, good, address=address)), address
    assert refused(await introspect(proxied, good, header="X-Client-Cert"))
    assert refused(await introspect(proxied))


async def test_where_no_header_is_set_no_certificate_counts(gateway: Gateway) -> None:
    await named(gateway)
    assert refused(await introspect(gateway, in_client_cert(new_certificate(DN))))
    async with gateway.browser() as http:
        told = (await http.get("/.well-known/openid-configuration")).json()
    assert told["tls_client_certificate_bound_access_tokens"] is False
    assert not {m for m in told["token_endpoint_auth_methods_supported"] if "tls" in m}


@pytest.mark.parametrize(
    ("member", "right", "wrong"),
    [
        ("subject_dn", DN, "CN=health,O=Hanasaki"),
        ("subject_dn", "cn=health,o=Hanasaki,c=JP", "CN=health"),
        ("subject_dn", DN, "C=JP,O=Hanasaki,CN=health"),
        ("san_dns", "health.hanasaki.example", "hanasaki.example"),
        ("san_uri", "spiffe://hanasaki/health", "spiffe://hanasaki/health/"),
        ("san_ip", "192.0.2.77", "192.0.2.78"),
        ("san_ip", "2001:db8:0::77", "2001:db8::78"),
        ("san_email", "health@hanasaki.example", "other@hanasaki.example"),
    ],
)
async def test_the_one_registered_name_is_looked_for(
    proxied: Gateway, member: str, right: str, wrong: str
) -> None:
    good = in_client_cert(new_certificate(DN, NAMES))
    await named(proxied, **{f"tls_client_auth_{member}": right})
    assert (await introspect(proxied, good)).status_code == 200
    bare = in_client_cert(new_certificate("CN=somebody"))
    assert refused(await introspect(proxied, bare))
    await named(proxied, **{f"tls_client_auth_{member}": wrong})
    assert refused(await introspect(proxied, good))


async def test_a_name_in_another_place_is_another_name(proxied: Gateway) -> None:
    await named(proxied, tls_client_auth_san_dns="health.hanasaki.example")
    for certificate in (
        new_certificate("CN=health.hanasaki.example"),
        new_certificate(DN, [x509.UniformResourceIdentifier("health.hanasaki.example")]),
        new_certificate(DN, [x509.DNSName("*.hanasaki.example")]),
    ):
        assert refused(await introspect(proxied, in_client_cert(certificate)))


async def test_a_certificate_out_of_its_time_proves_nothing(proxied: Gateway) -> None:
    await named(proxied)
    for begins, ends in ((NOW + SECOND, NOW + 2 * SECOND), (NOW - 2 * SECOND, NOW - SECOND)):
        certificate = new_certificate(DN, begins=begins, ends=ends)
        assert refused(await introspect(proxied, in_client_cert(certificate)))
    assert [entry.detail for entry in await logged(proxied, "client.refused")] == [
        {"reason": "the client certificate is not valid now"}
    ]
    assert "Hanasaki" not in await log_text(proxied)


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "::",
        ":eHg=:",
        ":!!!!:",
        in_client_cert(new_certificate(DN))[:-1],
        in_client_cert(new_certificate(DN)) + " ",
        in_client_cert(new_certificate(DN))[:-9] + ":",
        "-----BEGIN%20CERTIFICATE-----",
        in_nginx(new_certificate(DN)) * 2,
        in_nginx(new_certificate(DN))[:-40],
        ":" + "A" * 20_000 + ":",
    ],
)
async def test_what_cannot_be_read_is_refused(proxied: Gateway, value: str) -> None:
    await named(proxied)
    answer = await introspect(proxied, value)
    assert answer.status_code in (400, 401), answer.text
    assert value[:30] not in answer.text


async def test_two_certificates_are_none(proxied: Gateway) -> None:
    await named(proxied)
    good = in_client_cert(new_certificate(DN))
    assert (await introspect(proxied, good, good)).status_code == 400


async def test_a_self_signed_one_has_a_registered_key(proxied: Gateway) -> None:
    await self_signed(proxied)
    for _ in range(2):  # renewed with the same key
        assert (
            await introspect(proxied, in_client_cert(new_certificate(key=KEY)))
        ).status_code == 200
    assert refused(await introspect(proxied, in_client_cert(new_certificate())))
    await self_signed(proxied, {**public_jwk(generate_private_key(SECP256R1()))})
    assert refused(await introspect(proxied, in_client_cert(new_certificate(key=KEY))))


async def test_a_key_that_was_registered_with_its_certificate_has_that_one(
    proxied: Gateway,
) -> None:
    certificate = new_certificate(key=KEY)
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    await self_signed(proxied, {**public_jwk(KEY), "x5c": [der]})
    assert (await introspect(proxied, in_client_cert(certificate))).status_code == 200
    assert refused(await introspect(proxied, in_client_cert(new_certificate(key=KEY))))


async def test_names_count_only_where_the_proxy_validates_chains(
    carelessly_proxied: Gateway,
) -> None:
    gateway = carelessly_proxied
    await named(gateway)
    assert refused(await introspect(gateway, in_client_cert(new_certificate(DN))))
    await self_signed(gateway)
    assert (await introspect(gateway, in_client_cert(new_certificate(key=KEY)))).status_code == 200
    async with gateway.browser() as http:
        told = (await http.get("/.well-known/openid-configuration")).json()
    methods = told["token_endpoint_auth_methods_supported"]
    assert "self_signed_tls_client_auth" in methods
    assert "tls_client_auth" not in methods


async def test_a_certificate_is_no_other_method(proxied: Gateway) -> None:
    await proxied.service("health")
    assert refused(await introspect(proxied, in_client_cert(new_certificate(DN))))
    await named(proxied)
    secret = {"token": "x", "client_id": "health", "client_secret": "x" * 43}
    headers = {"Client-Cert": in_client_cert(new_certificate(DN))}
    async with proxied.browser(PROXY) as http:
        assert refused(await http.post("/introspect", data=secret, headers=headers))
