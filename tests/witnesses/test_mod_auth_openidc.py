"""mod_auth_openidc: a real Apache that lets only signed-in residents see a page."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.demo.check import free_ports
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.front_door import MODULES, apache
from tests.witnesses.person import HANAKO
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers

_MODULES = (*MODULES, "authn_core", "authz_user", "auth_openidc", "mime", "include")
_PAGE = """
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
TypesConfig /dev/null
DocumentRoot {folder}/pages
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {ca}
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {redirect_uri}
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim name
{more}
<Directory {folder}/pages>
  AuthType openid-connect
  Require valid-user
  Options +Includes
  AddOutputFilter INCLUDES .html
  AddType text/html .html
</Directory>
"""


@contextmanager
def protected_page(
    town: WitnessTown, folder: Path, client_id: str, more: str = "", **metadata: object
) -> Iterator[str]:
    """The page's address. It says who came."""
    (port,) = free_ports(1)
    address = f"https://localhost:{port}"
    known = town.register(
        client_id,
        redirect_uris=[f"{address}/callback"],
        post_logout_redirect_uris=[f"{address}/bye.html"],
        **metadata,
    )
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text('<p data-claim="user"><!--#echo var="REMOTE_USER" --></p>')
    party = town.ca.server()
    body = _PAGE.format(
        folder=folder,
        certificate=party.certificate_file,
        key=party.key_file,
        ca=town.ca.ca_file,
        passphrase=secrets.token_hex(16),
        more=more,
        **known,
    )
    with apache(folder / "apache", port, body, _MODULES):
        yield f"{address}/index.html"


@proves(Witness.MOD_AUTH_OPENIDC, Feature.CODE)
def test_apache_shows_its_page_to_a_resident_who_signed_in(
    town: WitnessTown, tmp_path: Path
) -> None:
    with protected_page(town, tmp_path, "apache-page") as address, town.person() as hanako:
        page = hanako.go_on(hanako.open(address))
    assert page.marks["user"] == HANAKO.person.name
