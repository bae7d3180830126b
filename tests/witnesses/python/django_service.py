"""A Django site that signs its visitors in with mozilla-django-oidc: PORT SETTINGS_JSON."""

import json
import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f'<p data-claim="user">{request.user}</p>')


sys.modules["django_service"] = sys.modules["__main__"]
port, known = int(sys.argv[1]), json.loads(sys.argv[2])
issuer = known["issuer"]
settings.configure(
    SECRET_KEY="of this test only",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="django_service",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": known["database"]}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "mozilla_django_oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["django_service.ByName"],
    LOGIN_REDIRECT_URL="/",
    OIDC_RP_CLIENT_ID=known["client_id"],
    OIDC_RP_CLIENT_SECRET=known["client_secret"],
    OIDC_RP_SIGN_ALGO=known["alg"],
    OIDC_RP_SCOPES="openid profile",
    OIDC_USE_PKCE=True,
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{issuer}/authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{issuer}/token",
    OIDC_OP_USER_ENDPOINT=f"{issuer}/userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{issuer}/jwks",
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - they need the settings
from mozilla_django_oidc.auth import OIDCAuthenticationBackend  # noqa: E402


class ByName(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Its own way goes by e-mail addresses, which a card does not tell."""

    def verify_claims(self, claims: dict[str, str]) -> bool:
        return "sub" in claims

    def get_username(self, claims: dict[str, str]) -> str:
        return claims["name"]

    def filter_users_by_claims(self, claims: dict[str, str]) -> object:
        return User.objects.filter(username=claims["name"])


urlpatterns = [path("", page), path("oidc/", include("mozilla_django_oidc.urls"))]
application = get_wsgi_application()
call_command("migrate", verbosity=0)
make_server("127.0.0.1", port, application).serve_forever()
