"""Whose address it is: a table of honest, odd and forged forwarding headers, and any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.client_address import MAX_FORWARDED, UnknownAddress, client_address
from gateway.web.networks import Networks, parse_network

PROXY, INNER, CLIENT = "10.0.0.1", "10.0.0.2", "203.0.113.9"
FORGED = "192.0.2.66"  # what an attacker would like to be: an address of the town hall
TRUSTED = Networks(map(parse_network, ["10.0.0.0/29", "2001:db8:cafe::/64"]))
XFF, FORWARDED = b"x-forwarded-for", b"forwarded"


def told(peer: str | None, *headers: tuple[bytes, bytes]) -> str | None:
    try:
        return str(client_address(peer, headers, TRUSTED))
    except UnknownAddress:
        return None


def told_by_proxy(*headers: tuple[bytes, str]) -> str | None:
    return told(PROXY, *((name, value.encode("latin-1")) for name, value in headers))


@pytest.mark.parametrize(
    ("value", "client"),
    [
        # Honest ways to write an address.
        ("203.0.113.9", CLIENT),
        ("203.0.113.9:1234", CLIENT),
        ("203.0.113.9:65535", CLIENT),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:DB8::9]:4711", "2001:db8::9"),
        ("::ffff:203.0.113.9", CLIENT),
        ("[::ffff:203.0.113.9]:80", CLIENT),
        (" \t203.0.113.9\t ", CLIENT),
        # A chain is walked from its right end, over listed proxies only.
        (f"{CLIENT}, {INNER}", CLIENT),
        (f"{CLIENT},{INNER},{INNER}:80,[2001:db8:cafe::1]:443", CLIENT),
        (f"{CLIENT}, ::ffff:{INNER}", CLIENT),
        (f"{FORGED}, {CLIENT}", CLIENT),
        (f"{FORGED}, {INNER}, {CLIENT}, {INNER}", CLIENT),
        (f"{INNER}, {CLIENT}", CLIENT),
        (f"{FORGED}, 10.0.0.8", "10.0.0.8"),  # the first address behind the listed network
        # What stands left of the client is not read.
        (f"unknown, {CLIENT}", CLIENT),
        (f',,";\xff\x00 , {CLIENT}', CLIENT),
        # A hop that is reached and cannot be read ends the walk.
        ("", None),
        (",", None),
        (f"{CLIENT},", None),
        (f"{FORGED}, , {INNER}", None),
        (f"{FORGED}, unknown", None),
        (f"{FORGED}, _hidden, {INNER}", None),
        (f"{FORGED} {CLIENT}", None),
        (f"{FORGED};{CLIENT}", None),
        (f'"{CLIENT}"', None),
        ("203.0.113.9:", None),
        ("203.0.113.9:65536", None),
        ("203.0.113.9:123456", None),
        ("203.0.113.9:8x", None),
        ("203.0.113.9:-1", None),
        ("203.0.113.9 :80", None),
        ("203.0.113.09", None),
        ("203.0.113", None),
        ("3405803785", None),
        ("0xcb.0.113.9", None),
        ("203.0.113.9/32", None),
        ("203.0.113.9\xa0", None),
        ("203.0.113.9\x00", None),
        ("\xb2\xb0\xb3.0.113.9", None),
        ("[203.0.113.9]", None),
        ("[2001:db8::9", None),
        ("2001:db8::9]", None),
        ("[2001:db8::9]4711", None),
        ("[[2001:db8::9]]", None),
        ("[]", None),
        ("[:]", None),
        ("fe80::9%eth0", None),
        ("[fe80::9%25eth0]:80", None),
        ("unix:/run/proxy.sock", None),
        ("unix:", None),
        ("client.example.test", None),
        ("for=203.0.113.9", None),
        # Nobody's but proxies': no client at all.
        (INNER, None),
        (f"{PROXY}, {INNER}", None),
    ],
)
def test_x_forwarded_for_of_a_listed_proxy(value: str, client: str | None) -> None:
    assert told_by_proxy((XFF, value)) == client


@pytest.mark.parametrize(
    ("value", "client"),
    [
        ("for=203.0.113.9", CLIENT),
        ('For="203.0.113.9"', CLIENT),
        ('for="203.0.113.9:1234"', CLIENT),
        ('for="[2001:db8::9]"', "2001:db8::9"),
        ('FOR="[2001:db8::9]:4711";proto=https;by=10.0.0.1', "2001:db8::9"),
        ('by="[2001:db8:cafe::1]";host="id.example.test:443";for=203.0.113.9', CLIENT),
        (";for=203.0.113.9;", CLIENT),
        (f"for={FORGED}, for={CLIENT};by={INNER}, for={INNER}", CLIENT),
        (f'for={CLIENT} , for="[2001:db8:cafe::2]:80"', CLIENT),
        # A quote that the client leaves open swallows nothing of what proxies add.
        (f'for="{FORGED}, for={CLIENT}', CLIENT),
        (f'for={FORGED};x=", for={CLIENT}', CLIENT),
        (f'for={FORGED};x="\\, for="{CLIENT}"', CLIENT),
        # A comma or semicolon in quotes makes no new element or parameter of what follows it.
        (f'for={CLIENT};host="x, for={FORGED}"', None),
        (f'for={CLIENT};host="x;for={FORGED}"', None),
        (f'for={CLIENT};host="x\\", for={FORGED};y=\\""', None),
        ("", None),
        (f"for={FORGED}, ", None),
        ("for=", None),
        ('for=""', None),
        ("for=unknown", None),
        ("for=_hidden", None),
        ('for="_SEVKISEK"', None),
        ('for="203.0.113.9:_port"', None),
        ("for=203.0.113.9:1234", None),
        ("for=2001:db8::9", None),
        ('for="2001:db8::9"', None),
        ("for=[2001:db8::9]", None),
        ('for="203.0.113.9', None),
        ("for='203.0.113.9'", None),
        ('for="203.0.113\\.9"', None),
        (f"for={FORGED};for={CLIENT}", None),
        (f"for={FORGED};FOR={CLIENT}", None),
        (f"for={FORGED}, by={INNER};proto=https", None),
        ("for = 203.0.113.9", None),
        ("for=203.0.113.9; proto=https", None),
        ("for=203.0.113.9 for=192.0.2.66", None),
        ("for=203.0.113.9\xff", None),
        ("203.0.113.9", None),
        ("proto=https", None),
        (f"for={INNER}", None),
    ],
)
def test_forwarded_of_a_listed_proxy(value: str, client: str | None) -> None:
    assert told_by_proxy((FORWARDED, value)) == client


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([(XFF, FORGED), (XFF, CLIENT)], CLIENT),
        ([(XFF, f"{FORGED}, {CLIENT}"), (XFF, INNER)], CLIENT),
        ([(XFF, CLIENT), (b"via", FORGED), (XFF, INNER)], CLIENT),
        ([(XFF, FORGED), (XFF, "")], None),
        ([(FORWARDED, f"for={FORGED}"), (FORWARDED, f"for={CLIENT}")], CLIENT),
        # A parameter never goes on in the next line.
        ([(FORWARDED, f"for={FORGED};by="), (FORWARDED, f'x";for={CLIENT}')], None),
        ([(XFF, CLIENT), (FORWARDED, f"for={CLIENT}")], CLIENT),
        ([(XFF, f"{FORGED}, {CLIENT}:80, {INNER}"), (FORWARDED, f'for="{CLIENT}"')], CLIENT),
        ([(XFF, CLIENT), (FORWARDED, f"for={FORGED}")], None),
        ([(XFF, CLIENT), (FORWARDED, "for=unknown")], None),
        ([(XFF, "unknown"), (FORWARDED, f"for={CLIENT}")], None),
        ([(XFF, CLIENT), (FORWARDED, "")], None),
        # Other headers say nothing.
        ([], None),
        ([(b"x-real-ip", CLIENT)], None),
        ([(b"x_forwarded_for", CLIENT)], None),
        ([(b"x-client-ip", FORGED), (XFF, CLIENT), (b"true-client-ip", FORGED)], CLIENT),
        # No more is read than a proxy of ours could have to say.
        ([(XFF, "x" * (MAX_FORWARDED - len(CLIENT) - 1) + f",{CLIENT}")], CLIENT),
        ([(XFF, "x" * (MAX_FORWARDED - len(CLIENT)) + f",{CLIENT}")], None),
    ],
)
def test_several_lines_and_both_headers(
    headers: list[tuple[bytes, str]], client: str | None
) -> None:
    assert told_by_proxy(*headers) == client


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        (CLIENT, CLIENT),
        ("::ffff:203.0.113.9", CLIENT),
        ("2001:db8::9", "2001:db8::9"),
        ("10.0.0.8", "10.0.0.8"),  # next to the listed network, not in it
        ("::ffff:10.0.0.1", FORGED),  # a listed proxy over a dual-stack socket
        ("2001:db8:cafe::1", FORGED),
        (None, None),
        ("", None),
        ("unix:/run/genkan.sock", None),
        ("/run/genkan.sock", None),
        ("localhost", None),
        ("fe80::1%eth0", None),
        ("203.0.113.9:1234", None),
    ],
)
def test_the_peer_is_the_client_unless_it_is_a_listed_proxy(
    peer: str | None, client: str | None
) -> None:
    headers = ((XFF, FORGED.encode()), (FORWARDED, f"for={FORGED}".encode()))
    assert told(peer, *headers) == client


def test_without_a_listed_proxy_no_header_is_believed() -> None:
    found = client_address(PROXY, [(XFF, FORGED.encode())], Networks())
    assert str(found) == PROXY


NAMES = st.sampled_from([XFF, FORWARDED, b"x-real-ip", b"X-Forwarded-For"]) | st.binary()
PIECES = st.sampled_from(
    [*(text.encode() for text in (FORGED, CLIENT, INNER, "[2001:db8::9]:1", "unknown", "for=")),
     *(bytes([byte]) for byte in b',;:"\\[]%= \t._'), b"\xff"]
)  # fmt: skip
VALUES = st.binary() | st.lists(PIECES, max_size=12).map(b"".join)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6)


@given(headers=HEADERS)
def test_no_header_whatever_changes_the_address_of_an_unlisted_peer(
    headers: list[tuple[bytes, bytes]],
) -> None:
    assert told(CLIENT, *headers) == CLIENT


@given(peer=st.none() | st.text() | st.just(PROXY), headers=HEADERS)
def test_any_bytes_end_in_an_address_or_in_none(
    peer: str | None, headers: list[tuple[bytes, bytes]]
) -> None:
    told(peer, *headers)


@given(left=st.binary(max_size=200))
def test_whatever_a_client_sends_first_its_proxy_has_the_last_word(left: bytes) -> None:
    assert told(PROXY, (XFF, left + b", " + CLIENT.encode())) == CLIENT
    assert told(PROXY, (FORWARDED, left + b", for=" + CLIENT.encode())) == CLIENT
    assert told(PROXY, (XFF, left), (XFF, CLIENT.encode())) == CLIENT
