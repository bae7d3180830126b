"""The general profile as lines: paths through the pool, revocation of each, any key usage."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.card.batch.desk import ACCEPTED, Line, base64, line, verdict
from tests.card.forge import key_usage
from tests.card.general.crl_forge import KEY_COMPROMISE, entry, make_crl, serial_number
from tests.card.general.pki import AT, Entity, issue, policies
from tests.plugins import ocsp_forge
from tests.plugins.ocsp_forge import CertificateId, ResponseTemplate, Single
from tests.plugins.ocsp_world import MINUTE

pytestmark = pytest.mark.anyio

UNKNOWN, REVOKED = ("undetermined", "status_unknown"), ("refused", "revoked")
NO_POLICY = "refused", "no_acceptable_policy"
POLICY, ANY_POLICY = "1.2.3.4", "2.5.29.32.0"
DATA = b"data"


class Town:
    def __init__(self, *extensions: tuple[x509.ExtensionType, bool]) -> None:
        self.root = issue("root")
        self.ca = issue(
            "ca", self.root, extensions=[each for each in extensions if is_policy(each)]
        )
        self.leaf = issue("leaf", self.ca, ca=False, extensions=extensions)
        self.crls = [make_crl(self.root), make_crl(self.ca)]

    def line(self, **others: object) -> Line:
        crls = others.pop("crls", self.crls)
        assert isinstance(crls, Sequence)
        made = line(self.leaf.der, [self.root.der], profile="general", crls=crls, at=AT)
        return made | {"pool": [base64(self.ca.der)], **others}

    def response(self, subject: Entity, issuer: Entity) -> ResponseTemplate:
        """By the CA itself."""
        certificate, authority = (
            x509.load_der_x509_certificate(each.der) for each in (subject, issuer)
        )
        name = CertificateId.of(certificate, authority)
        algorithm, hash_algorithm = ocsp_forge.algorithm_for(issuer.key)
        return ResponseTemplate(
            responder_id=ocsp_forge.by_key(authority),
            produced_at=AT,
            singles=(Single(name, AT - MINUTE, AT + MINUTE),),
            certificates=(),
            key=issuer.key,
            algorithm=algorithm,
            hash_algorithm=hash_algorithm,
        )


def is_policy(extension: tuple[x509.ExtensionType, bool]) -> bool:
    return isinstance(extension[0], x509.CertificatePolicies)


async def test_a_path_through_the_pool_is_accepted() -> None:
    town = Town()

    assert await verdict(town.line()) == ACCEPTED
    assert await verdict(town.line(pool=[])) == ("refused", "untrusted_issuer")
    assert await verdict(town.line(anchors=[base64(town.ca.der)])) == ACCEPTED


@pytest.mark.parametrize("missing", [0, 1])
async def test_evidence_is_needed_for_every_certificate(missing: int) -> None:
    town = Town()
    rest = [each for place, each in enumerate(town.crls) if place != missing]

    assert await verdict(town.line(crls=rest)) == UNKNOWN
    assert await verdict(town.line(crls=rest, revocation="off")) == ACCEPTED


async def test_a_revoked_ca_refuses_though_of_the_leaf_nothing_is_known() -> None:
    town = Town()
    listing = make_crl(town.root, entry(serial_number(town.ca), KEY_COMPROMISE))

    assert await verdict(town.line(crls=[listing, town.crls[1]])) == REVOKED
    assert await verdict(town.line(crls=[listing])) == REVOKED
    assert await verdict(town.line(crls=[listing], revocation="off")) == ACCEPTED


async def test_ocsp_responses_stand_in_for_crls() -> None:
    town = Town()
    of_ca, of_leaf = town.response(town.ca, town.root), town.response(town.leaf, town.ca)
    both = [base64(each.encode()) for each in (of_ca, of_leaf)]

    assert await verdict(town.line(crls=[], ocsp=both)) == ACCEPTED
    assert await verdict(town.line(crls=[], ocsp=both[:1])) == UNKNOWN
    assert await verdict(town.line(crls=town.crls[:1], ocsp=both[1:])) == ACCEPTED


async def test_any_usable_evidence_of_revocation_refuses() -> None:
    town = Town()
    for subject, issuer in ((town.ca, town.root), (town.leaf, town.ca)):
        response = town.response(subject, issuer).with_single(status=ocsp_forge.revoked(AT))
        assert await verdict(town.line(ocsp=[base64(response.encode())])) == REVOKED
        unusable = replace(response, signature=b"")
        assert await verdict(town.line(ocsp=[base64(unusable.encode())])) == ACCEPTED
    listing = make_crl(town.ca, entry(serial_number(town.leaf)))
    good = base64(town.response(town.leaf, town.ca).encode())
    assert await verdict(town.line(crls=[town.crls[0], listing], ocsp=[good])) == REVOKED


@pytest.mark.parametrize("purpose", [None, ExtendedKeyUsageOID.SERVER_AUTH])
async def test_no_extended_key_usage_is_demanded(purpose: x509.ObjectIdentifier | None) -> None:
    extensions = [] if purpose is None else [(x509.ExtendedKeyUsage([purpose]), True)]

    assert await verdict(Town(*extensions).line()) == ACCEPTED


async def test_the_policies_of_the_line_are_the_initial_set() -> None:
    with_policy, without = Town(policies(POLICY)), Town()

    demanded: dict[str, object] = {"policies": [POLICY], "explicit_policy": True}
    assert await verdict(with_policy.line(**demanded)) == ACCEPTED
    assert await verdict(with_policy.line(policies=["1.2.3.5"], explicit_policy=True)) == NO_POLICY
    assert await verdict(without.line(**demanded)) == NO_POLICY
    assert await verdict(without.line(policies=[POLICY])) == ACCEPTED


async def test_who_names_no_policy_is_not_concerned_about_them() -> None:
    town = Town(policies(POLICY))

    assert await verdict(town.line(policies=[], explicit_policy=True)) == ACCEPTED
    assert await verdict(town.line(policies=[ANY_POLICY], explicit_policy=True)) == ACCEPTED


async def test_any_policy_may_be_inhibited() -> None:
    town = Town(policies(ANY_POLICY))
    demanded: dict[str, object] = {"policies": [POLICY], "explicit_policy": True}

    assert await verdict(town.line(**demanded)) == ACCEPTED
    assert await verdict(town.line(inhibit_any_policy=True, **demanded)) == NO_POLICY


async def test_the_signature_is_by_the_leafs_key() -> None:
    town = Town()
    for key, expected in (
        (town.leaf.key, ACCEPTED),
        (town.ca.key, ("refused", "signature_mismatch")),
    ):
        value = base64(key.sign(DATA, ec.ECDSA(hashes.SHA256())))
        signature = {"value": value, "encoding": "ecdsa-der", "data": base64(DATA)}
        assert await verdict(town.line(signature=signature)) == expected


async def test_a_key_for_another_purpose_has_not_signed() -> None:
    town = Town((key_usage("key_agreement"), True))
    value = base64(town.leaf.key.sign(DATA, ec.ECDSA(hashes.SHA256())))
    signature = {"value": value, "encoding": "ecdsa-der", "data": base64(DATA)}

    assert await verdict(town.line()) == ACCEPTED
    assert await verdict(town.line(signature=signature)) == ("refused", "wrong_key_usage")


async def test_evidence_beyond_the_bound_on_work_is_not_good() -> None:
    town = Town()
    many = [base64(number.to_bytes(2)) for number in range(300)]

    assert await verdict(town.line(ocsp=many)) == UNKNOWN
    assert await verdict(town.line(ocsp=many[:100])) == ACCEPTED
