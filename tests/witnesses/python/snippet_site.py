"""A Django site made of the developers' page's files: PORT FOLDER.

`settings.py` there is added to a site's own, as the page says.
"""

import sys
from pathlib import Path
from types import ModuleType
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

port, folder = int(sys.argv[1]), Path(sys.argv[2])
own = {
    "SECRET_KEY": "of this test only",
    "ALLOWED_HOSTS": ["localhost"],
    "ROOT_URLCONF": "site_urls",
    "DATABASES": {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db")}
    },
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
}
exec((folder / "settings.py").read_text(), own)  # noqa: S102 - the page's text is the test
settings.configure(**{name: value for name, value in own.items() if name.isupper()})


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(getattr(request.user, "last_name", "nobody"))


def module(name: str, file: str) -> ModuleType:
    made = ModuleType(name)
    sys.modules[name] = made
    exec((folder / file).read_text(), made.__dict__)  # noqa: S102
    return made


sys.modules["my_service"] = ModuleType("my_service")
django.setup()
module("my_service.oidc", "oidc.py")
urls = module("site_urls", "urls.py")
urls.urlpatterns.insert(0, path("", page))
application = get_wsgi_application()
call_command("migrate", verbosity=0)
make_server("127.0.0.1", port, application).serve_forever()
