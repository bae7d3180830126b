"""CRLs that others than the certificate's issuer signed (RFC 5280 §6.3.3 (f))."""

from dataclasses import replace

import pytest
from cryptography import x509

from gateway.card.api import CertificateError, Reason
from gateway.card.general.crl import CrlEvidence
from gateway.card.general.effort import SIGNATURE, Effort
from tests.card.forge import key_usage
from tests.card.general.crl_forge import (
    CA,
    INDIRECT,
    ask,
    certificate_issuer,
    distribution_points,
    entry,
    make_crl,
    number,
    point,
    serial_number,
)
from tests.card.general.pki import Entity, check, issue, name
from tests.support.cpu_time import within

CRL_SIGN = (key_usage("crl_sign"), True)
POINT = name("Point")

ROOT = issue("Root")
CITY = issue("City", ROOT)
CITY_CRL_KEY = issue(CITY.name, ROOT, ca=False, extensions=[CRL_SIGN])
LEAF = issue("Leaf", CITY, ca=False)
ROOT_CRL = make_crl(ROOT)


def reason(leaf: Entity, crls: list[bytes], *pool: Entity, anchor: Entity = ROOT) -> Reason | None:
    """None: good."""
    try:
        ask(leaf, crls, *pool, anchor=anchor)
    except CertificateError as error:
        return error.reason
    return None


class TestASeparateKeyForCrls:
    crl = make_crl(CITY_CRL_KEY)

    def test_that_leads_to_the_anchor_is_as_good_as_the_issuers_own(self) -> None:
        assert reason(LEAF, [ROOT_CRL, make_crl(CITY)], CITY) is None
        assert reason(LEAF, [ROOT_CRL, self.crl], CITY, CITY_CRL_KEY) is None
        revoking = make_crl(CITY_CRL_KEY, entry(serial_number(LEAF)))
        assert reason(LEAF, [ROOT_CRL, revoking], CITY, CITY_CRL_KEY) is Reason.REVOKED

    def test_of_which_there_is_no_certificate_proves_nothing(self) -> None:
        assert reason(LEAF, [ROOT_CRL, self.crl], CITY) is Reason.STATUS_UNKNOWN

    def test_that_may_not_sign_crls_proves_nothing(self) -> None:
        other = issue(CITY.name, ROOT, key=CITY_CRL_KEY.key, ca=False)
        assert reason(LEAF, [ROOT_CRL, self.crl], CITY, other) is Reason.STATUS_UNKNOWN

    def test_that_is_revoked_proves_nothing(self) -> None:
        root_crl = make_crl(ROOT, entry(serial_number(CITY_CRL_KEY)))
        assert reason(LEAF, [root_crl, self.crl], CITY, CITY_CRL_KEY) is Reason.STATUS_UNKNOWN

    def test_that_leads_to_another_anchor_proves_nothing(self) -> None:
        elsewhere = issue("Elsewhere")
        other = issue(CITY.name, elsewhere, key=CITY_CRL_KEY.key, ca=False, extensions=[CRL_SIGN])
        crls = [ROOT_CRL, make_crl(elsewhere), self.crl]
        assert reason(LEAF, crls, CITY, other, elsewhere) is Reason.STATUS_UNKNOWN

    def test_of_another_name_proves_nothing(self) -> None:
        other = issue("Other", ROOT, ca=False, extensions=[CRL_SIGN])
        crl = make_crl(replace(other, name=CITY.name))
        assert reason(LEAF, [ROOT_CRL, crl], CITY, other) is Reason.STATUS_UNKNOWN


class TestNobodyVouchesForThemselves:
    delegate = issue(
        "Delegate",
        ROOT,
        ca=False,
        extensions=[CRL_SIGN, distribution_points(POINT, crl_issuer=name("Delegate"))],
    )
    crl = make_crl(delegate, extensions=[point(POINT, flags=[INDIRECT])])
    leaf = issue(
        "Leaf", ROOT, ca=False, extensions=[distribution_points(POINT, crl_issuer=delegate.name)]
    )

    def test_a_crl_issuer_whose_status_only_its_own_crl_tells_proves_nothing(self) -> None:
        assert reason(self.leaf, [self.crl], self.delegate) is Reason.STATUS_UNKNOWN
        assert reason(self.leaf, [self.crl, ROOT_CRL], self.delegate) is None

    def test_nor_does_one_that_its_own_crl_revokes(self) -> None:
        crl = make_crl(
            self.delegate,
            entry(serial_number(self.delegate), 1, certificate_issuer(ROOT.name)),
            extensions=[point(POINT, flags=[INDIRECT])],
        )
        assert reason(self.leaf, [crl], self.delegate) is Reason.STATUS_UNKNOWN

    def test_nor_do_two_that_vouch_for_each_other(self) -> None:
        names = name("One"), name("Other")
        pair = [
            issue(
                own,
                ROOT,
                ca=False,
                extensions=[CRL_SIGN, distribution_points(POINT, crl_issuer=other)],
            )
            for own, other in (names, names[::-1])
        ]
        crls = [make_crl(each, extensions=[point(POINT, flags=[INDIRECT])]) for each in pair]
        leaf = issue(
            "Leaf", ROOT, ca=False, extensions=[distribution_points(POINT, crl_issuer=names[0])]
        )
        assert reason(leaf, crls, *pair) is Reason.STATUS_UNKNOWN
        assert reason(leaf, [*crls, ROOT_CRL], *pair) is None

    def test_nor_does_the_certificate_itself(self) -> None:
        assert reason(self.delegate, [self.crl], self.delegate) is Reason.STATUS_UNKNOWN
        assert reason(self.delegate, [ROOT_CRL], self.delegate) is None


class TestIndirectCrls:
    delegate = issue("Delegate", ROOT, ca=False, extensions=[CRL_SIGN])
    leaf = issue(
        "Leaf", CITY, ca=False, extensions=[distribution_points(POINT, crl_issuer=delegate.name)]
    )

    def reason(self, *entries: bytes) -> Reason | None:
        crl = make_crl(self.delegate, *entries, extensions=[point(POINT, flags=[INDIRECT])])
        return reason(self.leaf, [ROOT_CRL, crl], CITY, self.delegate)

    def test_an_entry_belongs_to_the_crls_issuer_until_one_names_another(self) -> None:
        assert self.reason(entry(serial_number(self.leaf))) is None
        named = entry(serial_number(self.leaf), 1, certificate_issuer(CITY.name))
        assert self.reason(named) is Reason.REVOKED

    def test_the_named_issuer_stands_for_the_entries_that_follow(self) -> None:
        city, root = (
            entry(number, 1, certificate_issuer(each.name))
            for number, each in ((77, CITY), (78, ROOT))
        )
        mine = entry(serial_number(self.leaf))
        assert self.reason(city, mine) is Reason.REVOKED
        assert self.reason(city, root, mine) is None
        assert self.reason(root, mine, city) is None

    def test_the_issuer_may_be_written_in_another_way(self) -> None:
        spelled = x509.Name(
            [
                x509.NameAttribute(each.oid, f" {str(each.value).upper()} ")
                if each.oid != x509.NameOID.COUNTRY_NAME
                else each
                for each in CITY.name
            ]
        )
        named = entry(serial_number(self.leaf), 1, certificate_issuer(spelled))
        assert self.reason(named) is Reason.REVOKED

    def test_one_serial_number_of_two_issuers_is_not_a_serial_number_twice(self) -> None:
        both = [entry(77, 1, certificate_issuer(each.name)) for each in (CITY, ROOT)]
        assert self.reason(*both) is None
        assert self.reason(*both, both[0]) is Reason.STATUS_UNKNOWN


def test_every_certificate_below_the_anchor_is_asked_for() -> None:
    assert reason(LEAF, [make_crl(CITY)], CITY) is Reason.STATUS_UNKNOWN
    root_crl = make_crl(ROOT, entry(serial_number(CITY)), extensions=[point(flags=[CA])])
    assert reason(LEAF, [make_crl(CITY), root_crl], CITY) is Reason.REVOKED


@pytest.mark.parametrize(("length", "found"), [(3, None), (4, Reason.STATUS_UNKNOWN)])
def test_how_many_crl_issuers_vouch_one_for_another_is_bounded(
    length: int, found: Reason | None
) -> None:
    """Each one's status is told by the next one's list; the last one's by the anchor's."""
    names = [name(f"Delegate {place}") for place in range(length)]
    told_by = [distribution_points(POINT, crl_issuer=each) for each in names]
    places = [*told_by[1:], distribution_points(name("Last"))]
    delegates = [
        issue(own, ROOT, ca=False, extensions=[CRL_SIGN, place])
        for own, place in zip(names, places, strict=True)
    ]
    crls = [make_crl(each, extensions=[point(POINT, flags=[INDIRECT])]) for each in delegates]
    crls.append(make_crl(ROOT, extensions=[point(name("Last"))]))
    leaf = issue("Leaf", ROOT, ca=False, extensions=[told_by[0]])
    assert reason(leaf, crls, *delegates) is found


def test_a_pool_full_of_keys_that_signed_the_crl_is_answered_in_time() -> None:
    """None of them leads to the anchor, each by way of all the others."""
    maze = [issue("Maze")]
    maze += [issue("Maze", maze[0]) for _ in range(20)]
    signers = [
        issue(CITY.name, each, key=CITY_CRL_KEY.key, ca=False, extensions=[CRL_SIGN])
        for each in maze
    ]
    crl = make_crl(CITY_CRL_KEY)
    with within(0.2):
        assert reason(LEAF, [ROOT_CRL, crl], CITY, *signers, *maze) is Reason.STATUS_UNKNOWN


def test_too_much_work_is_no_answer() -> None:
    crls = [make_crl(CITY, crl_number=number(each)) for each in range(8)]

    def asked(effort: Effort) -> None:
        evidence = CrlEvidence([ROOT_CRL, *crls], [CITY.der], effort)
        check(LEAF, CITY, anchor=ROOT, revocation=evidence)

    asked(Effort(9 * SIGNATURE))
    with pytest.raises(CertificateError, match="too much work") as refused:
        asked(Effort(8 * SIGNATURE))
    assert refused.value.reason is Reason.STATUS_UNKNOWN
