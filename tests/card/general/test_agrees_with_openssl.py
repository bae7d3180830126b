"""`openssl verify` and we answer alike, for NIST's cases and for paths made by chance."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from cryptography import x509

from gateway.card.api import CertificateError
from gateway.card.general.crl import CrlEvidence
from gateway.card.general.model import PolicyInputs
from gateway.card.general.policy_extensions import ANY_POLICY
from gateway.card.general.validate import validate
from tests.card.forge import key_usage
from tests.card.general.openssl import Question, accepts
from tests.card.general.pki import AT, Entity, issue, mappings, name, policies
from tests.card.general.pkits import Case, cases, certificate, crl

# 4.1.4, 4.1.5: OpenSSL still takes DSA (of 4.1.5 without its inherited parameters).
DSA = frozenset({"4.1.4", "4.1.5", "4.1.6"})
RANDOM_PATHS = 150
OIDS = ("1.2.3.1", "1.2.3.2", "1.2.3.3", ANY_POLICY)
HOSTS = ("town.example", "www.town.example", "hall.example", "example")


def we_accept(question: Question) -> bool:
    inputs = question.inputs
    revocation = None
    try:
        if question.crls is not None:
            revocation = CrlEvidence(question.crls, question.pool)
        validate(
            question.leaf,
            question.pool,
            question.anchors,
            at=question.at,
            policies=inputs.user_initial,
            explicit_policy=inputs.explicit_policy,
            inhibit_any_policy=inputs.inhibit_any_policy,
            inhibit_policy_mapping=inputs.inhibit_policy_mapping,
            revocation=revocation,
        )
    except CertificateError:
        return False
    return True


@pytest.mark.parametrize(
    "case", [case for case in cases() if case.id not in DSA], ids=lambda case: case.id
)
def test_nists_cases(case: Case, tmp_path: Path) -> None:
    question = Question(
        leaf=certificate(case.certificate),
        pool=[certificate(each) for each in case.pool],
        anchors=[certificate(each) for each in case.anchors],
        at=case.at,
        inputs=PolicyInputs(
            case.policies,
            case.explicit_policy,
            case.inhibit_any_policy,
            case.inhibit_policy_mapping,
        ),
        crls=[crl(each) for each in case.crls],
    )

    assert accepts(question, tmp_path) == we_accept(question)


def by_chance(seed: int) -> Question:
    """Mostly good certificates, each with something that narrows the path."""
    chance = Random(seed)  # noqa: S311
    root = issue("root")
    cas: list[Entity] = []
    for number in range(chance.randint(0, 4)):
        issuer = cas[-1] if cas else root
        self_issued = bool(cas) and chance.random() < 0.2
        subject = issuer.name if self_issued else name(f"ca {number}")
        cas.append(
            issue(
                subject,
                issuer,
                path_length=chance.choice([None, None, None, 0, 1, 2]),
                extensions=[*_policies(chance), *_for_a_ca(chance)],
            )
        )
    san = x509.SubjectAlternativeName([_name(chance) for _ in range(chance.randint(1, 3))])
    leaf = issue(
        name("leaf", chance.choice(["Town", "Hall"])),
        cas[-1] if cas else root,
        ca=chance.random() < 0.1,
        extensions=[*_policies(chance), (san, False)],
    )
    chance.shuffle(cas)
    wanted = frozenset(chance.sample(OIDS, chance.randint(1, 2)))
    flags = (chance.random() < 0.3, chance.random() < 0.2, chance.random() < 0.2)
    return Question(
        leaf.der, [each.der for each in cas], [root.der], AT, PolicyInputs(wanted, *flags)
    )


Some = list[tuple[x509.ExtensionType, bool]]


def _policies(chance: Random) -> Some:
    if chance.random() < 0.15:
        return []
    return [policies(*chance.sample(OIDS, chance.randint(1, 3)))]


def _for_a_ca(chance: Random) -> Some:
    makers: list[Callable[[Random], Some]] = [
        lambda chance: [mappings((chance.choice(OIDS[:3]), chance.choice(OIDS[:3])))],
        lambda chance: [(x509.PolicyConstraints(chance.randint(0, 3), None), True)],
        lambda chance: [(x509.PolicyConstraints(None, chance.randint(0, 2)), True)],
        lambda chance: [(x509.InhibitAnyPolicy(chance.randint(0, 2)), True)],
        lambda chance: [(x509.NameConstraints([_subtree(chance)], None), True)],
        lambda chance: [(x509.NameConstraints(None, [_subtree(chance)]), True)],
        lambda chance: [(key_usage("crl_sign"), True)],
    ]
    weights = [4, 2, 2, 2, 1, 2, 0.2]
    return [
        each
        for maker in set(chance.choices(makers, weights, k=chance.randint(0, 2)))
        for each in maker(chance)
    ]


def _name(chance: Random) -> x509.GeneralName:
    host = chance.choice(HOSTS)
    return chance.choice(
        [
            x509.DNSName(host),
            x509.RFC822Name(f"clerk@{host}"),
            x509.UniformResourceIdentifier(f"https://{host}/"),
            _directory_name(chance),
        ]
    )


def _subtree(chance: Random) -> x509.GeneralName:
    host = chance.choice(HOSTS)
    dot = chance.choice(["", "."])
    return chance.choice(
        [
            x509.DNSName(host),
            x509.RFC822Name(f"{dot}{host}"),
            x509.RFC822Name(f"clerk@{host}"),
            x509.UniformResourceIdentifier(f"{dot}{host}"),
            _directory_name(chance),
        ]
    )


def _directory_name(chance: Random) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name(name("x", chance.choice(["Town", "Hall"])).rdns[:2]))


def test_paths_made_by_chance(tmp_path: Path) -> None:
    ours, theirs = {}, {}
    for seed in range(RANDOM_PATHS):
        question = by_chance(seed)
        ours[seed], theirs[seed] = we_accept(question), accepts(question, tmp_path)

    assert {seed for seed in ours if ours[seed] != theirs[seed]} == set()
    assert RANDOM_PATHS * 0.1 < sum(ours.values()) < RANDOM_PATHS * 0.9
