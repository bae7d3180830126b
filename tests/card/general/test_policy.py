"""Policies, mappings and the four settings that go with them (RFC 5280 §6.1, RFC 9618)."""

import pytest
from cryptography import x509

from gateway.card.api import CertificateError, Reason
from gateway.card.general.policy_extensions import ANY_POLICY
from tests.card.general.pki import Entity, Extensions, check, issue, mappings, policies
from tests.support.cpu_time import within

A, B, C = "1.2.3.1", "1.2.3.2", "1.2.3.3"
ANY = frozenset({ANY_POLICY})


def chain(*levels: Extensions) -> tuple[Entity, tuple[Entity, ...], Entity]:
    """Leaf, pool, anchor; one certificate for each of `levels`, the leaf's last."""
    root = issue("root")
    pool: list[Entity] = []
    for number, extensions in enumerate(levels[:-1]):
        pool.append(issue(f"ca {number}", pool[-1] if pool else root, extensions=extensions))
    leaf = issue("leaf", pool[-1] if pool else root, ca=False, extensions=levels[-1])
    return leaf, tuple(pool), root


def valid(
    *levels: Extensions,
    wanted: frozenset[str] = ANY,
    explicit: bool = True,
    inhibit_any: bool = False,
    inhibit_mapping: bool = False,
) -> set[str] | None:
    """The valid policies; None where the path is refused for want of one."""
    leaf, pool, root = chain(*levels)
    try:
        found = check(
            leaf,
            *pool,
            anchor=root,
            policies=wanted,
            explicit_policy=explicit,
            inhibit_any_policy=inhibit_any,
            inhibit_policy_mapping=inhibit_mapping,
        )
    except CertificateError as refusal:
        if refusal.reason is not Reason.NO_ACCEPTABLE_POLICY:
            raise
        return None
    return set(found.policies)


def constraints(
    require: int | None = None, inhibit: int | None = None
) -> tuple[x509.ExtensionType, bool]:
    return x509.PolicyConstraints(require, inhibit), True


def inhibit_any_policy(skip: int) -> tuple[x509.ExtensionType, bool]:
    return x509.InhibitAnyPolicy(skip), True


def test_a_policy_holds_when_every_certificate_has_it() -> None:
    assert valid([policies(A, B)], [policies(A, C)]) == {A}
    assert valid([policies(A)], [policies(B)]) is None
    assert valid([policies(A)], []) is None
    assert valid([], [policies(A)]) is None


def test_without_a_demand_a_path_without_policies_holds() -> None:
    assert valid([policies(A)], [policies(B)], explicit=False) == set()


def test_only_a_policy_that_was_asked_for_is_enough() -> None:
    levels = [policies(A, B)], [policies(A, B)]

    assert valid(*levels, wanted=frozenset({A})) == {A}
    assert valid(*levels, wanted=frozenset({A, C})) == {A}
    assert valid(*levels, wanted=frozenset({C})) is None
    assert valid(*levels, wanted=frozenset({C}), explicit=False) == set()
    assert valid(*levels, wanted=frozenset({"not an OID"})) is None


def test_any_policy_stands_for_every_policy_until_it_is_inhibited() -> None:
    levels = [policies(ANY_POLICY)], [policies(A)]

    assert valid(*levels) == {A}
    assert valid(*levels, inhibit_any=True) is None
    assert valid([policies(A)], [policies(ANY_POLICY)]) == {A}
    assert valid([policies(A)], [policies(ANY_POLICY)], inhibit_any=True) is None
    assert valid([policies(ANY_POLICY)], [policies(ANY_POLICY)], wanted=frozenset({C})) == {C}
    assert valid([policies(ANY_POLICY)], [policies(ANY_POLICY)]) == {ANY_POLICY}


def test_a_ca_inhibits_any_policy_below_it() -> None:
    assert (
        valid([policies(A), inhibit_any_policy(1)], [policies(A)], [policies(ANY_POLICY)]) is None
    )
    assert valid([policies(A), inhibit_any_policy(1)], [policies(ANY_POLICY)]) == {A}
    assert valid([policies(A), inhibit_any_policy(0)], [policies(ANY_POLICY)]) is None


def test_a_mapping_carries_the_askers_policy_into_another_domain() -> None:
    levels = [policies(A), mappings((A, B))], [policies(B)]

    assert valid(*levels) == {A}
    assert valid(*levels, wanted=frozenset({A})) == {A}
    assert valid(*levels, wanted=frozenset({B})) is None
    assert valid([policies(A), mappings((A, B))], [policies(A)]) is None


def test_a_mapping_may_be_one_to_many_and_many_to_one() -> None:
    one_to_many = [policies(A), mappings((A, B), (A, C))]
    assert valid(one_to_many, [policies(C)]) == {A}
    assert valid(one_to_many, [policies(B, C)]) == {A}
    assert valid([policies(A, B), mappings((A, C), (B, C))], [policies(C)]) == {A, B}


def test_a_mapping_under_any_policy_begins_a_line() -> None:
    assert valid([policies(ANY_POLICY), mappings((A, B))], [policies(B)]) == {A}
    assert valid([policies(ANY_POLICY), mappings((A, B))], [policies(C)]) == {C}


def test_an_inhibited_mapping_loses_the_policy() -> None:
    levels = [policies(A, C), mappings((A, B))], [policies(A, B, C)]

    assert valid(*levels, inhibit_mapping=True) == {C}
    assert valid([policies(A), constraints(inhibit=0)], *levels) is None
    assert valid([policies(A), constraints(inhibit=1)], *levels) == {A}


@pytest.mark.parametrize("pair", [(A, ANY_POLICY), (ANY_POLICY, A)])
def test_any_policy_is_never_mapped(pair: tuple[str, str]) -> None:
    leaf, pool, root = chain([policies(A), mappings(pair)], [policies(A)])

    with pytest.raises(CertificateError, match="malformed_certificate: anyPolicy is mapped"):
        check(leaf, *pool, anchor=root)


def test_a_ca_demands_a_policy_after_so_many_certificates() -> None:
    assert valid([constraints(require=2)], [], [], explicit=False) is None
    assert valid([constraints(require=3)], [], [], explicit=False) == set()
    assert valid([constraints(require=10)], [], [], explicit=False) == set()
    assert valid([policies(A), constraints(require=0)], [policies(A)], explicit=False) == {A}


def test_a_leaf_demands_a_policy_of_its_own_path() -> None:
    assert valid([], [constraints(require=0)], explicit=False) is None
    assert valid([], [constraints(require=1)], explicit=False) == set()


def test_the_anchors_own_demands_bind() -> None:
    root = issue("root", extensions=[constraints(require=0)])

    check(issue("leaf", root, ca=False, extensions=[policies(A)]), anchor=root)
    with pytest.raises(CertificateError, match="no_acceptable_policy"):
        check(issue("leaf", root, ca=False), anchor=root)


def test_a_self_issued_ca_does_not_count() -> None:
    root = issue("root")
    old = issue("ca", root, extensions=[policies(A), inhibit_any_policy(1)])
    new = issue("ca", old, extensions=[policies(A)])
    leaf = issue("leaf", new, ca=False, extensions=[policies(ANY_POLICY)])

    assert check(leaf, old, new, anchor=root, explicit_policy=True).policies == frozenset({A})


@pytest.mark.parametrize("count", [20, 250])
def test_policies_that_a_tree_would_multiply_end_in_time(count: int) -> None:
    """RFC 9618 §1: each policy mapped to every other, level for level."""
    oids = [f"1.2.4.{number}" for number in range(count)]
    per_policy = max(1, 250 // count)
    pairs = [(one, other) for one in oids for other in oids[:per_policy]][:250]
    level = [policies(*oids), mappings(*pairs)]
    leaf, pool, root = chain(*[level] * 9, [policies(*oids)])

    with within(0.1):
        check(leaf, *pool, anchor=root)


def test_more_policies_than_anyone_has_make_a_certificate_of_no_use() -> None:
    levels = [policies(*(f"1.2.4.{number}" for number in range(257)))], [policies("1.2.4.1")]
    leaf, pool, root = chain(*levels)

    with pytest.raises(CertificateError, match="too many"):
        check(leaf, *pool, anchor=root)
