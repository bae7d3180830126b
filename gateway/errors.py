"""What can go wrong, by who may see it. `web/errors.py` alone turns these into responses.

Descriptions are constants: no user input ever stands in one (RFC 6749 §5.2: printable ASCII
without `"` and `\\`). The cause is `raise ... from cause` and goes to the log only.
"""

from datetime import timedelta


class SettingsError(Exception):
    """A setting that cannot be used: the start stops with this one line, which names the key."""


class PluginError(Exception):
    """A plugin that is missing, doubled or mis-shaped: the start stops with this one line."""


class StoreError(Exception):
    """A store that does not answer: a command stops with this one line, which names the key."""


class NotReadyError(Exception):
    """A part of the gateway that is not ready. /readyz tells it: counts and times, no names."""


class StaleVersion(Exception):
    """Somebody else changed it since it was read. Answered 412 (RFC 9110 §13.1.1)."""


class NoSuchThing(Exception):
    """It is not there, or not for whoever asks: the two are not told apart. Answered 404."""


class Conflict(Exception):
    """It cannot be as things stand; the one line says what stands in the way. Answered 409."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class InvalidField(Exception):
    """A value that is not of the field's form. Answered 422; the line never holds the value."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.description = description


class SignInNeeded(Exception):
    """Nobody is signed in, or not from where they may be. Answered 401; a page leads to the
    sign-in."""


class NotAllowed(Exception):
    """Signed in, but the role does not reach so far. Answered 403."""


class NoticeNeeded(NotAllowed):
    """Nobody handles residents' data before they know what is at stake. Answered 403; a page leads
    to the notice."""


class ReauthenticationNeeded(Exception):
    """A dangerous deed, and the last sign-in is too long ago. Answered 403; a page asks again."""


class PreconditionNeeded(Exception):
    """A change that does not say which version it changes. Answered 428 (RFC 6585 §3)."""


class BadRequest(Exception):
    """A request that is not of the endpoint's form. Answered 400 with one line, or `status`."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.description = description
        self.status = status


class TooManyRequests(Exception):
    """Too much at once, or too often wrong: it is not looked at. Answered 429 with Retry-After
    (RFC 6585 §4)."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many requests")
        self.wait = wait


class OAuthError(Exception):
    """An answer of RFC 6749 §5.2's form; a page where a browser asked."""

    error: str = "server_error"
    status: int = 400

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class InvalidRequest(OAuthError):
    error = "invalid_request"


class InvalidClient(OAuthError):
    error = "invalid_client"
    status = 401


class InvalidGrant(OAuthError):
    error = "invalid_grant"


class UnauthorizedClient(OAuthError):
    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    error = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    error = "unsupported_response_type"


class InvalidScope(OAuthError):
    error = "invalid_scope"


class AccessDenied(OAuthError):
    error = "access_denied"


class RequestDenied(AccessDenied):
    """Of a request that nobody was asked about yet (CIBA Core 1.0 §13)."""

    status = 403


class AuthorizationPending(OAuthError):
    """RFC 8628 §3.5."""

    error = "authorization_pending"


class SlowDown(OAuthError):
    """RFC 8628 §3.5."""

    error = "slow_down"


class ExpiredToken(OAuthError):
    """RFC 8628 §3.5."""

    error = "expired_token"


class UnknownUserId(OAuthError):
    """CIBA Core 1.0 §13."""

    error = "unknown_user_id"


class InvalidBindingMessage(OAuthError):
    """CIBA Core 1.0 §13."""

    error = "invalid_binding_message"


class TemporarilyUnavailable(OAuthError):
    error = "temporarily_unavailable"
    status = 503


class LoginRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6."""

    error = "login_required"


class ConsentRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6."""

    error = "consent_required"


class RequestUriNotSupported(OAuthError):
    """OpenID Connect Core §6."""

    error = "request_uri_not_supported"


class RegistrationNotSupported(OAuthError):
    """OpenID Connect Core §7.2.1."""

    error = "registration_not_supported"


class InvalidRequestObject(OAuthError):
    """RFC 9101 §7."""

    error = "invalid_request_object"


class InvalidRequestUri(OAuthError):
    """RFC 9101 §7, RFC 9126 §4."""

    error = "invalid_request_uri"


class InvalidTarget(OAuthError):
    """RFC 8707 §2."""

    error = "invalid_target"


class InvalidAuthorizationDetails(OAuthError):
    """RFC 9396 §5."""

    error = "invalid_authorization_details"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0 §2."""

    error = "unmet_authentication_requirements"


class InvalidRedirectUri(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "invalid_client_metadata"


class InvalidSoftwareStatement(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "invalid_software_statement"


class UnapprovedSoftwareStatement(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "unapproved_software_statement"


class InvalidToken(OAuthError):
    """RFC 6750 §3.1."""

    error = "invalid_token"
    status = 401


class InvalidDpopProof(OAuthError):
    """RFC 9449 §5 and §7.1; 401 where an access token was to be used."""

    error = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """RFC 9449 §8 and §9; 401 where an access token was to be used."""

    error = "use_dpop_nonce"


class InsufficientScope(OAuthError):
    """RFC 6750 §3.1."""

    error = "insufficient_scope"
    status = 403
