"""What a witness can prove, and README's table of what was proven by the tests that ran.

A test says `@proves(Witness.X, Feature.A, …)`. A run of all tests holds the table in README to what
passed; `pytest --write-features` writes it.
"""

from collections.abc import Generator, Iterable
from enum import StrEnum
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- proven: begin -->\n", "<!-- proven: end -->\n"


class Witness(StrEnum):
    """In the order of the table's columns."""

    OPENID_CLIENT = "openid-client"
    OAUTH4WEBAPI = "oauth4webapi"
    REQUESTS_OAUTH2CLIENT = "requests-oauth2client"
    AUTHLIB = "Authlib"
    MOZILLA_DJANGO_OIDC = "mozilla-django-oidc"
    MOD_AUTH_OPENIDC = "mod_auth_openidc"
    OIDC_AGENT = "oidc-agent"


class Feature(StrEnum):
    """In the order of the table's rows."""

    CODE = "discovery, code flow with PKCE, ID token, userinfo"
    REFRESH = "refresh token, rotated"
    REVOKE = "revocation"
    INTROSPECT = "introspection"
    INTROSPECT_JWT = "introspection as a signed JWT"
    CLIENT_CREDENTIALS = "client credentials"
    FORM_POST = "`form_post`"
    HYBRID = "hybrid (`code id_token`)"
    PAR = "pushed requests (PAR)"
    JAR = "signed requests (JAR)"
    JARM = "signed answers (JARM)"
    CLAIMS = "`claims` parameter"
    RAR = "`authorization_details` (RAR)"
    RESOURCE = "resource indicators"
    CLIENT_SECRET_POST = "`client_secret_post`"
    CLIENT_SECRET_JWT = "`client_secret_jwt`"
    PRIVATE_KEY_JWT = "`private_key_jwt`"
    PUBLIC = "public client"
    MTLS_AUTH = "mTLS client authentication"
    MTLS_BOUND = "certificate-bound tokens"
    DPOP = "DPoP, with the server's nonces"
    ALGORITHMS = "RS256, PS256, EdDSA ID tokens"
    ENCRYPTED = "encrypted ID token"
    ENCRYPTED_USERINFO = "encrypted userinfo"
    FAPI2_SECURITY = "FAPI 2.0 Security Profile"
    FAPI2_MESSAGE_SIGNING = "FAPI 2.0 Message Signing"
    DEVICE = "device flow"
    CIBA = "CIBA, poll"
    TOKEN_EXCHANGE = "token exchange"
    JWT_BEARER = "JWT bearer grant"
    REGISTRATION = "dynamic registration"
    RP_LOGOUT = "RP-initiated logout"
    BACKCHANNEL_LOGOUT = "back-channel logout"
    FRONTCHANNEL_LOGOUT = "front-channel logout"
    VERIFIED_CLAIMS = "`verified_claims`"


def proves(witness: Witness, *features: Feature) -> pytest.MarkDecorator:
    return pytest.mark.proves(witness, *features)


class Proofs:
    """pytest's plugin: notes what passed, and holds README to it."""

    def __init__(self) -> None:
        self._marked: set[str] = set()
        self._passed: dict[str, tuple[Witness, tuple[Feature, ...]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        mark = item.get_closest_marker("proves")
        if mark is not None:
            self._marked.add(item.nodeid)
            if report.when == "call" and report.passed:
                self._passed[item.nodeid] = (mark.args[0], mark.args[1:])
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._marked or len(self._passed) < len(self._marked):
            return  # what failed is told anyway
        text = README.read_text("utf-8")
        wanted = with_table(text, table(self._passed.values()))
        if session.config.getoption("write_features"):
            README.write_text(wanted, "utf-8")
        elif wanted != text and is_whole_run(session):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            raise pytest.UsageError(
                "README's table of what witnesses proved is not what this run proved: "
                "run pytest --write-features"
            )


def is_whole_run(session: pytest.Session) -> bool:
    option = session.config.option
    return not (option.file_or_dir or option.keyword or option.markexpr or session.shouldstop)


def table(passed: Iterable[tuple[Witness, tuple[Feature, ...]]]) -> str:
    proven = {(witness, feature) for witness, features in passed for feature in features}
    witnesses = [one for one in Witness if any((one, feature) in proven for feature in Feature)]
    lines = ["| | " + " | ".join(witnesses) + " |", "| --- |" + " :-: |" * len(witnesses)]
    for feature in Feature:
        cells = ["✓" if (witness, feature) in proven else "" for witness in witnesses]
        if any(cells):
            lines.append(f"| {feature} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def with_table(text: str, new: str) -> str:
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    assert begun, "README has no place for the table"
    assert ended, "README's table has no end"
    return before + begun + new + ended + after
