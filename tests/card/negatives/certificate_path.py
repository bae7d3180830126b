"""Paths that do not hold, anchors that are none, and times (RFC 5280 §6.1, for one step)."""

from dataclasses import replace
from datetime import timedelta

from cryptography import x509

from gateway.virtual.names import AnchorSet, authority_name
from tests.card.batch.desk import base64, rfc3339
from tests.card.forge import (
    Field,
    der,
    extension,
    extensions,
    find_extension,
    forge,
    make_critical,
    replace_field,
    tlv,
)
from tests.card.negatives.paths import (
    AKI,
    anchor,
    anchored,
    at,
    by_another,
    by_stranger,
    early,
    first,
    flipped,
    identified,
    in_another_encoding,
    issued_by_holder,
    issued_by_subordinate,
    last,
    late,
    not_critical,
    of_another_generation,
    other_serial,
    self_signed,
    shortened,
    under_another_name,
    valued,
    without,
)
from tests.card.negatives.town import (
    SIGN,
    Change,
    Row,
    accepted,
    certificate,
    forged,
    issued,
    refused,
    spoilt,
)
from tests.card.test_algorithms import RSA_WITH_SHA384

KEY_USAGE, BASIC_CONSTRAINTS, SUBJECT_KEY = "2.5.29.15", "2.5.29.19", "2.5.29.14"
UNTRUSTED, BAD_SIGNATURE, FORM = "untrusted_issuer", "bad_issuer_signature", "malformed_certificate"
SIGN_CA = authority_name(AnchorSet.SIGN)
SECOND, FRACTION, LONG = timedelta(seconds=1), timedelta(microseconds=1), timedelta(days=3_650)


def untrusted(name: str, change: Change) -> Row:
    return refused(name, UNTRUSTED, change)


def no_anchor(name: str, change: Change) -> Row:
    """What may not be one has issued nothing."""
    return untrusted(f"an anchor: {name}", change)


ISSUERS = (
    untrusted("no anchor at all", lambda town: anchored()),
    untrusted(
        "the anchor in the pool only",
        lambda town: {"anchors": [], "pool": [base64(der(town.anchor.certificate))]},
    ),
    untrusted(
        "the anchor of another generation only", lambda town: anchored(town.ca(generation=1))
    ),
    untrusted("the anchor of the other service only", lambda town: anchored(town.ca("sign"))),
    untrusted("a CA of the same name that is nobody's", by_stranger),
    untrusted("a certificate of its own making", self_signed),
    untrusted("a person's certificate as the CA", issued_by_holder),
    untrusted("a CA between, in the pool", issued_by_subordinate("pool")),
    untrusted("a CA between, as the anchor", issued_by_subordinate("anchors")),
    untrusted("its issuer's name in another encoding", forged(in_another_encoding)),
    untrusted(
        "its issuer's name without its last unit",
        issued(lambda made: replace(made, issuer=x509.Name(list(made.issuer)[:-1]))),
    ),
    untrusted(
        "the name of the other service's CA", issued(lambda made: replace(made, issuer=SIGN_CA))
    ),
    refused(
        "a key identifier of another generation",
        BAD_SIGNATURE,
        identified(lambda town, key: AKI(of_another_generation(town), None, None)),
    ),
    untrusted(
        "a key identifier of nobody", identified(lambda town, key: AKI(bytes(20), None, None))
    ),
    untrusted(
        "the issuer's serial number of nobody",
        identified(lambda town, key: AKI(key, town.ca_name, 999)),
    ),
    untrusted(
        "an issuer that another CA has issued",
        identified(
            lambda town, key: AKI(
                key, [x509.DirectoryName(SIGN_CA)], town.anchor.certificate.serial_number
            )
        ),
    ),
    refused(
        "no key identifier of its issuer",
        FORM,
        issued(lambda made: made.without_extension(AKI.oid)),
    ),
    refused(
        "an issuer named by its serial number alone",
        FORM,
        identified(
            lambda town, key: AKI(None, town.ca_name, town.anchor.certificate.serial_number)
        ),
    ),
    refused("an anchor of no service", "unknown_profile", under_another_name("Another service")),
    refused(
        "an anchor of both services",
        "unknown_profile",
        under_another_name("JPKI for digital signature", "JPKI for user authentication"),
    ),
    refused("the anchor itself", "leaf_is_a_ca", lambda town: certificate(town.anchor.certificate)),
    refused(
        "one that may issue others",
        "leaf_is_a_ca",
        issued(
            lambda made: made.with_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            )
        ),
    ),
    refused(
        "a signature certificate that may issue others",
        "leaf_is_a_ca",
        issued(lambda made: made.with_extension(x509.BasicConstraints(ca=True, path_length=0))),
        SIGN,
    ),
)

SIGNATURES = tuple(
    refused(name, BAD_SIGNATURE, change)
    for name, change in (
        (
            "signed by another generation under this one's name",
            by_another(lambda town: town.world.ca_key("auth", 1)),
        ),
        ("signed by the other service's CA", by_another(lambda town: town.world.ca_key("sign", 2))),
        ("signed by its holder", by_another(lambda town: town.world.keys.card)),
        ("its issuer's signature with a bit flipped", spoilt(flipped)),
        ("its issuer's signature a byte short", spoilt(shortened)),
        ("another serial number behind its CA's back", spoilt(other_serial)),
    )
)

ANCHORS = (
    no_anchor("without basicConstraints", anchor(without(BASIC_CONSTRAINTS))),
    no_anchor("without the CA bit", anchor(valued(BASIC_CONSTRAINTS, b"\x30\0"))),
    no_anchor(
        "with basicConstraints that are not critical", anchor(not_critical(BASIC_CONSTRAINTS))
    ),
    no_anchor("without keyCertSign", anchor(valued(KEY_USAGE, b"\3\2\1\2"))),
    no_anchor(
        "with an extension twice",
        anchor(lambda tbs: extensions(tbs).append(find_extension(tbs, SUBJECT_KEY))),
    ),
    no_anchor(
        "with an unknown critical extension",
        anchor(
            lambda tbs: extensions(tbs).append(
                extension("1.3.6.1.4.1.99999.1", b"\5\0", critical=True)
            )
        ),
    ),
    no_anchor(
        "with a critical subjectKeyIdentifier",
        anchor(lambda tbs: make_critical(find_extension(tbs, SUBJECT_KEY))),
    ),
    no_anchor(
        "with the subjectKeyIdentifier of another key",
        anchor(valued(SUBJECT_KEY, tlv(4, bytes(20)))),
    ),
    no_anchor(
        "with another issuer than itself",
        anchor(replace_field(Field.ISSUER, SIGN_CA.public_bytes())),
    ),
    no_anchor("of version 1", anchor(replace_field(Field.VERSION, b""))),
    no_anchor("with the serial number zero", anchor(replace_field(Field.SERIAL, b"\2\1\0"))),
    no_anchor(
        "with another algorithm inside", anchor(replace_field(Field.ALGORITHM, RSA_WITH_SHA384))
    ),
    no_anchor("with bytes behind it", lambda town: anchored(der(town.anchor.certificate) + b"\0")),
    no_anchor(
        "whose own signature is wrong", lambda town: anchored(flipped(der(town.anchor.certificate)))
    ),
    no_anchor(
        "that another key has signed",
        lambda town: anchored(
            forge(der(town.anchor.certificate), town.world.keys.other, lambda tbs: None)
        ),
    ),
    no_anchor("that is no certificate", lambda town: anchored(b"\x30\0")),
)

TIMES = (
    refused("a second before its first", "not_yet_valid", at(lambda town: first(town) - SECOND)),
    refused(
        "a part of a second before its first",
        "not_yet_valid",
        lambda town: {
            "at": rfc3339(first(town) - SECOND).replace("Z", ".999999Z"),
            "revocation": "off",
        },
    ),
    refused(
        "five seconds before its first", "not_yet_valid", at(lambda town: first(town) - 5 * SECOND)
    ),
    refused("a second after its last", "expired", at(lambda town: last(town) + SECOND)),
    refused("five seconds after its last", "expired", at(lambda town: last(town) + 5 * SECOND)),
    refused(
        "a signature certificate a second after its last",
        "expired",
        at(lambda town: last(town) + SECOND),
        SIGN,
    ),
    refused(
        "midnight in Tokyo after its last day",
        "expired",
        lambda town: {
            "at": (last(town) + SECOND + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S+09:00"),
            "revocation": "off",
        },
    ),
    refused(
        "a validity that ends before it begins",
        "expired",
        issued(
            lambda made: replace(
                made, not_before=made.not_before - LONG / 10, not_after=made.not_before - SECOND
            )
        ),
    ),
    refused("its anchor a second after its last", "anchor_expired", late(SECOND)),
    refused("its anchor long after its last", "anchor_expired", late(timedelta(days=100))),
    refused("its anchor a second before its first", "anchor_expired", early(SECOND)),
)

REFUSALS = (*ISSUERS, *SIGNATURES, *ANCHORS, *TIMES)

ACCEPTANCES = (
    accepted("its own anchor alone", lambda town: anchored(town.anchor.certificate)),
    accepted("an anchor forged without a change", anchor(lambda tbs: None)),
    accepted("an anchor without keyUsage", anchor(without(KEY_USAGE))),
    accepted("an anchor without a key identifier of its own", anchor(without(SUBJECT_KEY))),
    accepted(
        "what is no anchor beside its own",
        lambda town: anchored(b"\x30\0", town.anchor.certificate, der(town.leaf)),
    ),
    accepted("a key identifier alone", identified(lambda town, key: AKI(key, None, None))),
    accepted("its first second", at(first)),
    accepted("its last second", at(last)),
    accepted(
        "a part of its last second",
        lambda town: {"at": rfc3339(last(town)).replace("Z", ".999999Z"), "revocation": "off"},
    ),
    accepted("its anchor's last second", late(timedelta())),
    accepted("its anchor's first second", early(timedelta())),
)
