"""Every reason in plain words, for whoever reads a report."""

from collections.abc import Mapping

from gateway.card.api import Reason

WORDS: Mapping[Reason, str] = {
    Reason.MALFORMED_REQUEST: "The request cannot be read.",
    Reason.MALFORMED_CERTIFICATE: "It is no certificate in strict DER, or not of a form allowed.",
    Reason.WEAK_KEY: "A key is weaker than RSA-2048 with e = 65537.",
    Reason.UNSUPPORTED_ALGORITHM: "A key or a CA's signature is of a kind that is not allowed.",
    Reason.UNKNOWN_CRITICAL_EXTENSION: "It holds a critical extension that nobody here checks.",
    Reason.LEAF_IS_A_CA: "It is a CA's certificate, not a person's.",
    Reason.UNTRUSTED_ISSUER: "No anchor has issued it, as far as its names and identifiers say.",
    Reason.BAD_ISSUER_SIGNATURE: "It bears its issuer's name, but not its issuer's signature.",
    Reason.ANCHOR_EXPIRED: "The anchor that issued it was not in force at that time.",
    Reason.NOT_A_CA: "A certificate of the path issued another, though it is no CA's.",
    Reason.PATH_TOO_LONG: "The path holds more issuers than one of them allows.",
    Reason.NAME_NOT_PERMITTED: "A name lies outside what a CA of the path may issue for.",
    Reason.NO_ACCEPTABLE_POLICY: "No certificate policy holds for the whole path.",
    Reason.PATH_TOO_COMPLEX: "To check all its possible paths would take too much work.",
    Reason.UNKNOWN_PROFILE: "No profile is known for it.",
    Reason.WRONG_CERTIFICATE_TYPE: "It is the other certificate of the card.",
    Reason.WRONG_KEY_USAGE: "Its key usage, or an issuer's, is for another purpose.",
    Reason.WRONG_EXTENDED_KEY_USAGE: "Its extended key usage is not the one of its profile.",
    Reason.WRONG_POLICY: "Its certificate policy is not the one of its profile.",
    Reason.MALFORMED_ATTRIBUTES: "What it says of the person cannot be read.",
    Reason.DUPLICATE_ATTRIBUTE: "It says something of the person twice.",
    Reason.NOT_YET_VALID: "Its first day lies behind that time.",
    Reason.EXPIRED: "Its last day lies before that time.",
    Reason.UNSUPPORTED_SIGNATURE: "The signature is not of a form that is verified here.",
    Reason.SIGNATURE_MISMATCH: "The key of the certificate has not made the signature.",
    Reason.MALFORMED_DOCUMENT: "The document cannot be read.",
    Reason.NOT_SIGNED: "The document holds no signature.",
    Reason.DOCUMENT_CHANGED: "The document is not what was signed.",
    Reason.DOCUMENT_TOO_COMPLEX: "To read the document would take too much work.",
    Reason.REVOKED: "It, or an issuer of it, has been revoked.",
    Reason.STATUS_UNKNOWN: "Nothing usable tells whether it has been revoked.",
    Reason.STATUS_STALE: "What tells whether it has been revoked is out of date.",
    Reason.REFUSED_BY_PLUGIN: "A check of this gateway's own refuses it, or has failed.",
}
