"""Addresses and networks are read strictly; an address is in a list exactly where it should be."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.networks import (
    Address,
    IpNetwork,
    Networks,
    neighbours,
    parse_address,
    parse_network,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::1", "::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ("::192.0.2.1", "::c000:201"),  # not the mapped form: an IPv6 address of its own
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert str(parse_address(text)) == address


NO_ADDRESS = [
    *("", " ", "localhost", "192.0.2", "192.0.2.1.5", "192.0.2.256", "192.0.2.01", "0x7f.0.0.1"),
    *("192.0.2.1 ", " 192.0.2.1", "192.0.2.1\n", "192.0.2.1\0", "192.0.2.1:80", "[2001:db8::1]"),
    *("2001:db8::1%eth0", "fe80::1%1", "2001:db8::1::", ":::", "2001:db8", "12345::", "g::"),
    *("192.0.2.1/32", "3221225985", "١٩٢.0.2.1", "１９２.0.2.1", "::ffff:192.0.2.256", "0" * 60),
]


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused_in_a_line_without_it(text: str) -> None:
    with pytest.raises(ValueError, match="an IPv4 or IPv6 address, and nothing else") as refused:
        parse_address(text)
    assert not text.strip() or text not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7/32", "192.0.2.7/32"),
        ("128.0.0.0/1", "128.0.0.0/1"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
    ],
)
def test_a_network_has_one_form(text: str, network: str) -> None:
    assert str(parse_network(text)) == network


@pytest.mark.parametrize(
    ("text", "line"),
    [
        *((text, "such as 203.0.113.0/24") for text in NO_ADDRESS if "/" not in text),
        *((f"{text}/24", "such as 203.0.113.0/24") for text in ("", "192.0.2", "2001:db8::%1")),
        ("192.0.2.1/24", "bits set"),
        ("2001:db8::1/64", "bits set"),
        ("::ffff:192.0.2.1/120", "bits set"),
        ("::ffff:0:0/95", "bits set"),
        ("0.0.0.0/0", "keeps nobody out"),
        ("192.0.2.1/0", "keeps nobody out"),
        ("::/0", "keeps nobody out"),
        ("::ffff:0:0/96", "keeps nobody out"),
        ("192.0.2.0/33", "number up to 32"),
        ("192.0.2.0/", "number up to 32"),
        ("192.0.2.0/ 24", "number up to 32"),
        ("192.0.2.0/24 ", "number up to 32"),
        ("192.0.2.0/24\n", "number up to 32"),
        ("192.0.2.0/024", "number up to 32"),
        ("192.0.2.0/+24", "number up to 32"),
        ("192.0.2.0/-1", "number up to 32"),
        ("192.0.2.0/２４", "number up to 32"),
        ("192.0.2.0/255.255.255.0", "number up to 32"),
        ("192.0.2.0/24/24", "number up to 32"),
        ("2001:db8::/129", "number up to 128"),
        ("::ffff:192.0.2.0/129", "number up to 128"),
    ],
)
def test_what_is_no_network_is_refused_in_a_line_that_says_why(text: str, line: str) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        parse_network(text)
    assert "\n" not in str(refused.value)


def test_no_network_has_anybody_in_it() -> None:
    assert parse_address("192.0.2.1") not in Networks()
    assert parse_address("2001:db8::1") not in Networks()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8::1", "2001:db8::ffff:1"),
        (None, "what is no address"),
    ],
)
def test_who_shares_a_sender_counts_as_one(one: str | None, other: str) -> None:
    assert neighbours(one) == neighbours(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8:0:1::1"), (None, "192.0.2.1")],
)
def test_who_shares_no_sender_counts_apart(one: str | None, other: str) -> None:
    assert neighbours(one) != neighbours(other)


def test_ipv4_neighbours_are_as_many_as_are_asked_for() -> None:
    assert neighbours("192.0.2.1", 24) == neighbours("192.0.2.255", 24)
    assert neighbours("192.0.2.1", 24) != neighbours("192.0.3.1", 24)


def test_the_ends_of_a_network_are_in_it_and_their_neighbours_are_not() -> None:
    networks = Networks(map(parse_network, ["192.0.2.64/26", "2001:db8::/64"]))
    for inside in ("192.0.2.64", "192.0.2.127", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"):
        assert parse_address(inside) in networks
    for outside in ("192.0.2.63", "192.0.2.128", "2001:db7:ffff::", "2001:db8:0:1::"):
        assert parse_address(outside) not in networks


def test_an_ipv4_network_and_the_same_bits_of_ipv6_are_two_things() -> None:
    networks = Networks([parse_network("192.0.2.0/24")])
    assert parse_address("::ffff:192.0.2.1") in networks
    assert IPv6Address("::c000:201") not in networks
    assert IPv4Address("0.0.0.1") not in Networks([IPv6Network("::/96")])


def in_network(base: Address, prefix: int) -> IpNetwork:
    return ip_network((base, base.max_prefixlen - prefix), strict=False)


# Few bits, so that networks overlap, touch and are hit.
NEAR = st.one_of(
    st.integers(0, 63).map(lambda low: ip_address(int(IPv4Address("192.0.2.0")) + low)),
    st.integers(0, 63).map(lambda low: ip_address(int(IPv6Address("2001:db8::")) + low)),
)


@given(networks=st.lists(st.builds(in_network, NEAR, st.integers(0, 6))), address=NEAR)
def test_an_address_is_in_the_list_where_it_is_in_one_of_its_networks(
    networks: list[IpNetwork], address: Address
) -> None:
    expected = any(address in network for network in networks)
    assert (address in Networks(networks)) is expected


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse_address, parse_network):
        try:
            found = read(text)
        except ValueError:
            continue
        assert read(str(found)) == found
