"""Why a certificate, signature or document is not accepted; public through `gateway.card.api`."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a certificate or its signature was not accepted. A closed list, for logs, metrics, tests
    and the card endpoints' answers. The three families must never be mixed up: *refused for good*,
    *revoked*, *could not tell*."""

    # the request
    MALFORMED_REQUEST = "malformed_request"
    # the certificate's form
    MALFORMED_CERTIFICATE = "malformed_certificate"
    WEAK_KEY = "weak_key"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    UNKNOWN_CRITICAL_EXTENSION = "unknown_critical_extension"
    LEAF_IS_A_CA = "leaf_is_a_ca"
    # the path
    UNTRUSTED_ISSUER = "untrusted_issuer"
    BAD_ISSUER_SIGNATURE = "bad_issuer_signature"
    ANCHOR_EXPIRED = "anchor_expired"
    NOT_A_CA = "not_a_ca"
    PATH_TOO_LONG = "path_too_long"
    NAME_NOT_PERMITTED = "name_not_permitted"
    NO_ACCEPTABLE_POLICY = "no_acceptable_policy"
    PATH_TOO_COMPLEX = "path_too_complex"
    # the profile
    UNKNOWN_PROFILE = "unknown_profile"
    WRONG_CERTIFICATE_TYPE = "wrong_certificate_type"
    WRONG_KEY_USAGE = "wrong_key_usage"
    WRONG_EXTENDED_KEY_USAGE = "wrong_extended_key_usage"
    WRONG_POLICY = "wrong_policy"
    MALFORMED_ATTRIBUTES = "malformed_attributes"
    DUPLICATE_ATTRIBUTE = "duplicate_attribute"
    # time
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    # the person's signature
    UNSUPPORTED_SIGNATURE = "unsupported_signature"
    SIGNATURE_MISMATCH = "signature_mismatch"
    # a signed document
    MALFORMED_DOCUMENT = "malformed_document"
    NOT_SIGNED = "not_signed"
    DOCUMENT_CHANGED = "document_changed"
    DOCUMENT_TOO_COMPLEX = "document_too_complex"
    # revocation
    REVOKED = "revoked"
    STATUS_UNKNOWN = "status_unknown"
    STATUS_STALE = "status_stale"
    # plugins
    REFUSED_BY_PLUGIN = "refused_by_plugin"

    @property
    def could_not_tell(self) -> bool:
        """True where the finding is "undetermined": nothing bad was seen, nothing good either."""
        return self in (Reason.STATUS_UNKNOWN, Reason.STATUS_STALE)


class CertificateError(Exception):
    """A certificate is not accepted. `message` is for the log of the person who runs Genkan: it
    carries no attribute of a resident and no certificate."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
