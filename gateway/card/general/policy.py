"""Which policies hold for a path (RFC 5280 §6.1.3 (d)-(f), §6.1.4 (a), (b), (h)-(j), §6.1.5).

The graph of RFC 9618 in place of the tree, which grows exponentially. Of the graph only its last
level is kept: each policy there knows where in the user's domain it comes from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import Certificate
from gateway.card.general.effort import COMPARISON, Effort
from gateway.card.general.model import PolicyInputs
from gateway.card.general.policy_extensions import ANY_POLICY, PolicyExtensions

NONE: frozenset[str] = frozenset()
ANY: frozenset[str] = frozenset({ANY_POLICY})


@dataclass(frozen=True, slots=True)
class Node:
    expected: frozenset[str]
    """expected_policy_set: what the next certificate may call it."""
    origins: frozenset[str]
    """The policies under anyPolicy, in the user's domain, that it descends from."""


Level = Mapping[str, Node]
"""The nodes of one depth, by valid_policy; empty where the graph is NULL."""


class PolicyState:
    """The state variables of §6.1.2 (a), (d), (e), (f), changed from certificate to certificate."""

    def __init__(self, length: int, inputs: PolicyInputs, effort: Effort) -> None:
        self._inputs = inputs
        self._effort = effort
        self._level: Level = {ANY_POLICY: Node(expected=ANY, origins=ANY)}
        self._explicit_policy = 0 if inputs.explicit_policy else length + 1
        self._inhibit_any_policy = 0 if inputs.inhibit_any_policy else length + 1
        self._policy_mapping = 0 if inputs.inhibit_policy_mapping else length + 1

    def process(self, certificate: Certificate, *, is_leaf: bool) -> None:
        """§6.1.3 (d)-(f)."""
        policies = certificate.policy.policies
        if policies is None:
            self._level = {}
        elif self._level:
            any_policy_counts = ANY_POLICY in policies and (
                self._inhibit_any_policy > 0 or (not is_leaf and certificate.is_self_issued)
            )
            self._level = self._next_level(policies - ANY, any_policy_counts=any_policy_counts)
        if not self._level and self._explicit_policy == 0:
            raise CertificateError(Reason.NO_ACCEPTABLE_POLICY, "a policy must be there; none is")

    def prepare(self, certificate: Certificate) -> None:
        """§6.1.4 (a), (b), (h)-(j)."""
        if any(ANY_POLICY in mapping for mapping in certificate.policy.mappings):
            raise CertificateError(Reason.MALFORMED_CERTIFICATE, "anyPolicy is mapped")
        self._map(certificate.policy.mappings)
        if not certificate.is_self_issued:
            self._explicit_policy = max(0, self._explicit_policy - 1)
            self._policy_mapping = max(0, self._policy_mapping - 1)
            self._inhibit_any_policy = max(0, self._inhibit_any_policy - 1)
        self.constrain(certificate.policy)

    def constrain(self, policy: PolicyExtensions) -> None:
        """§6.1.4 (i), (j)."""
        self._explicit_policy = _least(self._explicit_policy, policy.require_explicit_policy)
        self._policy_mapping = _least(self._policy_mapping, policy.inhibit_policy_mapping)
        self._inhibit_any_policy = _least(self._inhibit_any_policy, policy.inhibit_any_policy)

    def finish(self, leaf: Certificate) -> frozenset[str]:
        """§6.1.5 (a), (b), (g): the user-constrained policy set."""
        demanded = self._explicit_policy <= 1 or leaf.policy.require_explicit_policy == 0
        origins = NONE.union(*(node.origins for node in self._level.values()))
        wanted = self._inputs.user_initial
        if ANY_POLICY in wanted:
            found = origins
        else:
            found = wanted if ANY_POLICY in origins else wanted & origins
        if demanded and not found:
            raise CertificateError(Reason.NO_ACCEPTABLE_POLICY, "none that was asked for is valid")
        return found

    def _next_level(self, policies: frozenset[str], *, any_policy_counts: bool) -> Level:
        """RFC 9618 §5.3: §6.1.3 (d) (1) and (2). What has no child is gone with the old level."""
        parents: dict[str, list[Node]] = {}
        for node in self._level.values():
            for expected in node.expected:
                parents.setdefault(expected, []).append(node)
        self._effort.spend(COMPARISON * (len(policies) + sum(map(len, parents.values()))))
        wildcard = ANY_POLICY in self._level
        found = {
            policy: self._child(policy, parents.get(policy))
            for policy in policies
            if policy in parents or wildcard
        }
        if any_policy_counts:
            unmatched = parents.keys() - found.keys()
            found |= {policy: self._child(policy, parents[policy]) for policy in unmatched}
        return found

    def _child(self, policy: str, parents: Iterable[Node] | None) -> Node:
        """Without parents of its own it is a child of anyPolicy, and where its line begins."""
        expected = frozenset({policy})
        if parents is None:
            return Node(expected, origins=expected)
        lines = [node.origins for node in parents]
        self._effort.spend(COMPARISON * sum(map(len, lines)) // 8)
        return Node(expected, origins=NONE.union(*lines))

    def _map(self, mappings: tuple[tuple[str, str], ...]) -> None:
        subject_domain: dict[str, set[str]] = {}
        for issuer_policy, subject_policy in mappings:
            subject_domain.setdefault(issuer_policy, set()).add(subject_policy)
        level = dict(self._level)
        for policy, equivalents in subject_domain.items():
            if self._policy_mapping == 0:
                level.pop(policy, None)
            elif policy in level:
                level[policy] = Node(frozenset(equivalents), level[policy].origins)
            elif ANY_POLICY in level:
                level[policy] = Node(frozenset(equivalents), origins=frozenset({policy}))
        self._level = level


def _least(now: int, said: int | None) -> int:
    return now if said is None else min(now, said)
