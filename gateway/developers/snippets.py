"""What developers copy: programs and configurations with this issuer's address in them.

Each lies in snippets/STACK/FILE as a template. A test takes those that are `run` from there and
runs them against a gateway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import jinja2

_SUFFIX = ".txt"


@dataclass(frozen=True, slots=True)
class Stack:
    """`needs`: what has to be registered, besides the redirect URI, for it to work."""

    name: str
    title: str
    files: tuple[str, ...]
    redirect_path: str
    run: bool
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """What is filled in."""

    issuer: str
    address: str = "https://my-service.example.jp"
    """The service's own."""
    client_id: str = "my-service"
    client_secret: str = field(default="the-secret-you-were-given", repr=False)


Snippets = Sequence[tuple[str, str]]
"""File name and text of each."""
_POST = {"token_endpoint_auth_method": "client_secret_post"}
_RS256 = {"id_token_signed_response_alg": "RS256"}
STACKS = (
    Stack("authlib", "Python: Starlette + Authlib", ("app.py",), "/callback", run=True),
    Stack(
        "django",
        "Python: Django + mozilla-django-oidc",
        ("settings.py", "oidc.py", "urls.py"),
        "/oidc/callback/",
        run=True,
        needs=_POST,
    ),
    Stack("node", "Node.js: openid-client", ("server.mjs",), "/callback", run=True),
    Stack("apache", "Apache: mod_auth_openidc", ("site.conf",), "/callback", run=True),
    Stack("curl", "curl", ("sign-in.sh",), "/callback", run=True),
    Stack(
        "spring",
        "Java: Spring Security",
        ("application.yml", "Security.java"),
        "/login/oauth2/code/genkan",
        run=False,
        needs=_RS256,
    ),
    Stack("dotnet", "C#: ASP.NET Core", ("Program.cs",), "/signin-oidc", run=False, needs=_POST),
    Stack("php", "PHP: openid-connect-php", ("index.php",), "/", run=False, needs=_RS256),
    Stack("nginx", "nginx + oauth2-proxy", ("oauth2-proxy.cfg",), "/oauth2/callback", run=False),
)
REGISTRATION = "registration/register.sh"
"""A service registers itself (RFC 7591)."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("gateway.developers", "snippets"),
    autoescape=False,  # noqa: S701 - programs, no HTML; the page escapes them as any other text
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
)


def snippet(name: str, place: Place, **more: str) -> str:
    """`name`: STACK/FILE."""
    return _TEMPLATES.get_template(name + _SUFFIX).render(**asdict(place), **more)


def snippets(stack: Stack, place: Place) -> Snippets:
    redirect_uri = place.address + stack.redirect_path
    return [
        (file, snippet(f"{stack.name}/{file}", place, redirect_uri=redirect_uri))
        for file in stack.files
    ]
