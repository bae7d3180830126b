"""What a certificate says of policies (RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14)."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.card.der import DerError
from gateway.card.general import oids
from gateway.card.general.crl_der import (
    INTEGER,
    OID,
    SEQUENCE,
    Extension,
    Value,
    read_integer,
    read_values,
    read_whole,
)

ANY_POLICY = "2.5.29.32.0"

# No certificate in use comes near; policies are compared with each other at every step.
MAX_POLICIES = 256

REQUIRE_EXPLICIT_POLICY, INHIBIT_POLICY_MAPPING = 0x80, 0x81


@dataclass(frozen=True, slots=True)
class PolicyExtensions:
    policies: frozenset[str] | None = None
    """None: the extension is absent."""
    mappings: tuple[tuple[str, str], ...] = ()
    """issuerDomainPolicy and subjectDomainPolicy."""
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None


def read_policy_extensions(extensions: Mapping[bytes, Extension]) -> PolicyExtensions:
    """Raises DerError."""
    policies = extensions.get(oids.CERTIFICATE_POLICIES)
    mappings = extensions.get(oids.POLICY_MAPPINGS)
    constraints = extensions.get(oids.POLICY_CONSTRAINTS)
    inhibit = extensions.get(oids.INHIBIT_ANY_POLICY)
    skips = {} if constraints is None else _read_constraints(constraints.value)
    return PolicyExtensions(
        policies=None if policies is None else _read_policies(policies.value),
        mappings=() if mappings is None else _read_mappings(mappings.value),
        require_explicit_policy=skips.get(REQUIRE_EXPLICIT_POLICY),
        inhibit_policy_mapping=skips.get(INHIBIT_POLICY_MAPPING),
        inhibit_any_policy=None if inhibit is None else _skip(read_whole(inhibit.value, INTEGER)),
    )


def _read_policies(der: bytes) -> frozenset[str]:
    found: set[str] = set()
    for each in _bounded(der):
        parts = list(read_values(each.content))
        tags = [part.tag for part in parts]
        # Qualifiers are for people to read; they decide nothing.
        if tags not in ([OID], [OID, SEQUENCE]) or (parts[1:] and not parts[1].content):
            raise DerError("a policy is not an OID with qualifiers")
        policy = oids.dotted(parts[0].content)
        if policy in found:
            raise DerError("a policy stands in it twice")
        found.add(policy)
    return frozenset(found)


def _read_mappings(der: bytes) -> tuple[tuple[str, str], ...]:
    found = []
    for each in _bounded(der):
        parts = list(read_values(each.content))
        if [part.tag for part in parts] != [OID, OID]:
            raise DerError("a policy mapping is not made of two OIDs")
        found.append((oids.dotted(parts[0].content), oids.dotted(parts[1].content)))
    return tuple(found)


def _bounded(der: bytes) -> list[Value]:
    values = list(read_values(read_whole(der, SEQUENCE)))
    if not 1 <= len(values) <= MAX_POLICIES or any(each.tag != SEQUENCE for each in values):
        raise DerError("policies are none, too many or not SEQUENCEs")
    return values


def _read_constraints(der: bytes) -> Mapping[int, int]:
    values = list(read_values(read_whole(der, SEQUENCE)))
    tags = [each.tag for each in values]
    # RFC 5280 §4.2.1.11: one of them at least.
    if not tags or tags != [
        tag for tag in (REQUIRE_EXPLICIT_POLICY, INHIBIT_POLICY_MAPPING) if tag in tags
    ]:
        raise DerError("policyConstraints is empty or its fields are not in order")
    return {each.tag: _skip(each.content) for each in values}


def _skip(content: bytes) -> int:
    """SkipCerts."""
    count = read_integer(content)
    if count < 0:
        raise DerError("a number of certificates is negative")
    return count
