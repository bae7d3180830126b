"""How a wrong path is made: other issuers, other anchors, other times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import PrivateKey, new_p384_key
from gateway.virtual.template import CertificateTemplate
from tests.card.batch.desk import base64, rfc3339
from tests.card.forge import Change as ForgedPart
from tests.card.forge import (
    Field,
    Node,
    der,
    extensions,
    find_extension,
    forge,
    key_usage,
    parse,
    set_value,
)
from tests.card.negatives.town import (
    Change,
    Members,
    Town,
    certificate,
    issued,
)
from tests.card.world import ISSUED_AT, PERSON

AKI = x509.AuthorityKeyIdentifier
YEAR = timedelta(days=365)


def anchored(*anchors: bytes | x509.Certificate) -> Members:
    ders = (each if isinstance(each, bytes) else der(each) for each in anchors)
    return {"anchors": [base64(each) for each in ders]}


def anchor(change: ForgedPart) -> Change:
    """The card's own anchor with one thing changed, signed by itself again."""
    return lambda town: anchored(town.forged_anchor(change))


def by_another(key: Callable[[Town], PrivateKey]) -> Change:
    """The card's certificate, word for word, with another's signature."""
    return lambda town: certificate(forge(der(town.leaf), key(town), lambda tbs: None))


def identified(make: Callable[[Town, bytes], AKI]) -> Change:
    """`make` is given the right key identifier."""

    def change(town: Town) -> Members:
        public_key = town.anchor.certificate.public_key()
        value = make(town, x509.SubjectKeyIdentifier.from_public_key(public_key).digest)
        return issued(lambda made: made.with_extension(value))(town)

    return change


def of_another_generation(town: Town) -> bytes:
    public_key = town.world.ca_key(town.kind, 1).public_key()
    return x509.SubjectKeyIdentifier.from_public_key(public_key).digest


def by_stranger(town: Town) -> Members:
    """A CA of the same names, with keys of its own."""
    stranger = DemoAuthority.create(ISSUED_AT, new_key=new_p384_key)
    issue = stranger.issue_authentication(PERSON, ISSUED_AT, key=town.world.keys.card, generation=2)
    return certificate(issue.certificate)


def under_another_name(*units: str) -> Change:
    """A CA whose name says something else than one of JPKI's two services, and its certificate."""

    def change(town: Town) -> Members:
        key = town.anchor.private_key
        attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")]
        attributes += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, each) for each in units]
        name = x509.Name(attributes)
        good = town.anchor.certificate
        extensions_of = tuple((each.value, each.critical) for each in good.extensions)
        template = CertificateTemplate(
            issuer=name,
            subject=name,
            public_key=key.public_key(),
            serial_number=good.serial_number,
            not_before=good.not_valid_before_utc,
            not_after=good.not_valid_after_utc,
            extensions=extensions_of,
            issuer_key=key,
            hash_algorithm=good.signature_hash_algorithm,  # type: ignore[arg-type]
        )
        identifier = AKI.from_issuer_public_key(key.public_key())
        leaf = town.world.issue(
            town.kind,
            customise=lambda made: replace(made, issuer=name).with_extension(identifier),
        )
        return {**certificate(leaf.certificate), **anchored(template.sign())}

    return change


def issued_by_holder(town: Town) -> Members:
    """A person's certificate issues another one, and is offered as the CA."""
    holder = town.world.issue(town.kind, key=town.world.keys.other).certificate
    identifier = AKI.from_issuer_public_key(holder.public_key())  # type: ignore[arg-type]

    def customise(template: CertificateTemplate) -> CertificateTemplate:
        by_them = replace(template, issuer=holder.subject, issuer_key=town.world.keys.other)
        return by_them.with_extension(identifier)

    leaf = town.world.issue(town.kind, customise=customise).certificate
    return {**certificate(leaf), "pool": [base64(der(holder))]}


def issued_by_subordinate(where: str) -> Change:
    """A CA below the anchor: JPKI has none."""

    def change(town: Town) -> Members:
        key = town.world.keys.other
        subordinate = town.world.issue(
            town.kind,
            key=key,
            customise=lambda made: made.with_extension(
                x509.BasicConstraints(ca=True, path_length=0), critical=True
            ).with_extension(key_usage("key_cert_sign", "crl_sign"), critical=True),
        ).certificate
        identifier = AKI.from_issuer_public_key(key.public_key())
        leaf = town.world.issue(
            town.kind,
            customise=lambda made: replace(
                made, issuer=subordinate.subject, issuer_key=key
            ).with_extension(identifier),
        ).certificate
        return {**certificate(leaf), where: [base64(der(subordinate))]}

    return change


def in_another_encoding(tbs: Node) -> None:
    """PrintableString for UTF8String: to X.520 the same name, to JPKI's generations another."""
    organization = tbs.children[Field.ISSUER].children[1].children[0].children[1]
    assert organization.tag == 0x0C
    organization.tag = 0x13


def self_signed(town: Town) -> Members:
    key = town.world.keys.card
    leaf = town.world.issue(
        town.kind, customise=lambda made: replace(made, issuer=made.subject, issuer_key=key)
    ).certificate
    return {**certificate(leaf), **anchored(leaf)}


def flipped(good: bytes) -> bytes:
    return good[:-1] + bytes([good[-1] ^ 1])


def other_serial(good: bytes) -> bytes:
    whole = parse(good)
    whole.children[0].children[Field.SERIAL].content = b"\x7f"
    return whole.encode()


def at(moment: Callable[[Town], datetime]) -> Change:
    """Without evidence: a list of another time would be a second wrong thing."""
    return lambda town: {"at": rfc3339(moment(town)), "revocation": "off"}


def first(town: Town) -> datetime:
    return town.leaf.not_valid_before_utc


def last(town: Town) -> datetime:
    return town.leaf.not_valid_after_utc


def late(after: timedelta) -> Change:
    """So long after its anchor's last second, with a certificate that goes on."""

    def change(town: Town) -> Members:
        ends = town.anchor.certificate.not_valid_after_utc
        longer = issued(lambda made: replace(made, not_after=ends + YEAR))
        return {**longer(town), **at(lambda _: ends + after)(town)}

    return change


def early(before: timedelta) -> Change:
    """So long before its anchor's first second, with a certificate that is older."""

    def change(town: Town) -> Members:
        begins = town.anchor.certificate.not_valid_before_utc
        older = issued(lambda made: replace(made, not_before=begins - YEAR))
        return {**older(town), **at(lambda _: begins - before)(town)}

    return change


def shortened(good: bytes) -> bytes:
    whole = parse(good)
    whole.children[2].content = whole.children[2].content[:-1]
    return whole.encode()


def without(oid: str) -> ForgedPart:
    return lambda tbs: extensions(tbs).remove(find_extension(tbs, oid))


def valued(oid: str, value: bytes) -> ForgedPart:
    return lambda tbs: set_value(find_extension(tbs, oid), value)


def not_critical(oid: str) -> ForgedPart:
    def change(tbs: Node) -> None:
        del find_extension(tbs, oid).children[1]

    return change
