"""mod_auth_openidc: a real Apache that lets only signed-in residents see a page."""

import html
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from joserfc.jwk import RSAKey

from gateway.demo.browser import Page
from gateway.demo.check import free_ports
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.front_door import MODULES, apache
from tests.witnesses.person import HANAKO, Person, trusting_client
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
<Files bye.html>
  AuthType None
  Require all granted
</Files>
"""
_SHOWN = """
<p data-claim="user"><!--#echo var="REMOTE_USER" --></p>
<p data-claim="refresh"><!--#echo var="OIDC_refresh_token" --></p>
"""
_ENCRYPTED = """
OIDCIDTokenEncryptedResponseAlg RSA-OAEP
OIDCUserInfoSignedResponseAlg ES256
OIDCUserInfoEncryptedResponseAlg RSA-OAEP
"""
_FRAME = re.compile(r'<iframe src="([^"]+)"')


def proven(*features: Feature) -> pytest.MarkDecorator:
    return proves(Witness.MOD_AUTH_OPENIDC, *features)


@contextmanager
def protected_page(
    town: WitnessTown, folder: Path, client_id: str, more: str = "", **metadata: object
) -> Iterator[str]:
    """The page's address. It says who came. In what is registered, {address} is Apache's."""
    (port,) = free_ports(1)
    address = f"https://localhost:{port}"
    known = town.register(
        client_id,
        redirect_uris=[f"{address}/callback"],
        post_logout_redirect_uris=[f"{address}/bye.html"],
        **{
            name: value.format(address=address) if isinstance(value, str) else value
            for name, value in metadata.items()
        },
    )
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(_SHOWN)
    (pages / "bye.html").write_text('<p data-claim="said">bye</p>')
    party = town.ca.server("localhost")
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


def key_files(folder: Path, use: str) -> tuple[dict[str, object], str]:
    """Apache's own RSA key: what is registered of it, and its part of the configuration."""
    key = RSAKey.generate_key(2048)
    private, public = folder / "key.pem", folder / "key.pub.pem"
    private.write_bytes(key.as_pem(private=True))
    public.write_bytes(key.as_pem(private=False))
    jwk = {**key.as_dict(private=False), "kid": "apache", "use": use}
    directives = f"OIDCPublicKeyFiles apache#{public}\nOIDCPrivateKeyFiles apache#{private}\n"
    return {"keys": [jwk]}, directives


def signed_in(hanako: Person, address: str) -> Page:
    page = hanako.go_on(hanako.open(address))
    assert page.marks["user"] == HANAKO.person.name
    return page


def signed_in_by_form(hanako: Person, address: str) -> None:
    """Her browser posts the answer, as the front door's page asks it to."""
    answer = hanako.go_on(hanako.open(address))
    assert "user" not in answer.marks
    assert hanako.submit(answer, "/callback").marks["user"] == HANAKO.person.name


def is_closed(hanako: Person, address: str) -> bool:
    """Whether the page sends her to the front door again."""
    return not hanako.open(address).url.startswith(address)


@proven(Feature.CODE)
def test_apache_shows_its_page_to_a_resident_who_signed_in(
    town: WitnessTown, tmp_path: Path
) -> None:
    with protected_page(town, tmp_path, "apache-page") as address, town.person() as hanako:
        signed_in(hanako, address)


@proven(Feature.FORM_POST)
def test_the_answer_is_posted(town: WitnessTown, tmp_path: Path) -> None:
    more = "OIDCResponseMode form_post"
    with protected_page(town, tmp_path, "apache-post", more) as address, town.person() as hanako:
        signed_in_by_form(hanako, address)


@proven(Feature.HYBRID)
def test_an_id_token_comes_with_the_code(town: WitnessTown, tmp_path: Path) -> None:
    more = 'OIDCResponseType "code id_token"\nOIDCResponseMode form_post'
    page = protected_page(town, tmp_path, "apache-hybrid", more, response_types=["code id_token"])
    with page as address, town.person() as hanako:
        signed_in_by_form(hanako, address)


@proven(Feature.PRIVATE_KEY_JWT)
def test_apache_signs_that_it_is_itself(town: WitnessTown, tmp_path: Path) -> None:
    jwks, directives = key_files(tmp_path, "sig")
    more = f"{directives}OIDCProviderTokenEndpointAuth private_key_jwt"
    page = protected_page(
        town, tmp_path, "apache-key", more, token_endpoint_auth_method="private_key_jwt", jwks=jwks
    )
    with page as address, town.person() as hanako:
        signed_in(hanako, address)


@pytest.mark.parametrize(
    "method",
    [
        pytest.param("client_secret_post", marks=proven(Feature.CLIENT_SECRET_POST)),
        pytest.param("client_secret_jwt", marks=proven(Feature.CLIENT_SECRET_JWT)),
        pytest.param("none", marks=proven(Feature.PUBLIC)),
    ],
)
def test_each_way_to_prove_who_asks(town: WitnessTown, tmp_path: Path, method: str) -> None:
    more = f"OIDCProviderTokenEndpointAuth {method}"
    name = f"apache-{method}".replace("_", "-")
    page = protected_page(town, tmp_path, name, more, token_endpoint_auth_method=method)
    with page as address, town.person() as hanako:
        signed_in(hanako, address)


@proven(Feature.MTLS_AUTH)
def test_apache_has_a_certificate(town: WitnessTown, tmp_path: Path) -> None:
    party = town.ca.client("apache.example.test")
    more = f"""
    OIDCProviderTokenEndpointAuth none
    OIDCClientTokenEndpointCert {party.certificate_file}
    OIDCClientTokenEndpointKey {party.key_file}
    """
    page = protected_page(
        town,
        tmp_path,
        "apache-mtls",
        more,
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_san_dns="apache.example.test",
    )
    with page as address, town.person() as hanako:
        signed_in(hanako, address)


@proven(Feature.REFRESH, Feature.REVOKE)
def test_apache_renews_its_tokens_and_gives_them_back(town: WitnessTown, tmp_path: Path) -> None:
    more = """
    OIDCScope "openid profile offline_access"
    OIDCProviderTokenEndpointAuth none
    OIDCRefreshAccessTokenBeforeExpiry 86400 logout_on_error
    OIDCPassRefreshToken On
    """
    page = protected_page(town, tmp_path, "apache-renews", more, token_endpoint_auth_method="none")
    with page as address, town.person() as hanako:
        first = signed_in(hanako, address).marks["refresh"]
        page_now = hanako.open(address)
        second = page_now.marks["refresh"]
        assert second not in ("", first)
        hanako.open(page_now.resolve("/callback?logout=get"))
        form = {"grant_type": "refresh_token", "client_id": "apache-renews"}
        with trusting_client(town.ca.ca_file) as http:
            told = http.post(f"{town.issuer}/token", data={**form, "refresh_token": second})
        assert told.json()["error"] == "invalid_grant"


@proven(Feature.ENCRYPTED, Feature.ENCRYPTED_USERINFO)
def test_id_token_and_userinfo_that_only_apache_can_read(town: WitnessTown, tmp_path: Path) -> None:
    jwks, directives = key_files(tmp_path, "enc")
    page = protected_page(
        town,
        tmp_path,
        "apache-hidden",
        directives + _ENCRYPTED,
        jwks=jwks,
        id_token_encrypted_response_alg="RSA-OAEP",
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="RSA-OAEP",
    )
    with page as address, town.person() as hanako:
        signed_in(hanako, address)


@proven(Feature.RP_LOGOUT)
def test_hanako_signs_out_at_the_page(town: WitnessTown, tmp_path: Path) -> None:
    with protected_page(town, tmp_path, "apache-bye") as address, town.person() as hanako:
        page = signed_in(hanako, address)
        bye = page.resolve("/bye.html")
        page = hanako.open(page.resolve(f"/callback?logout={quote(bye, safe='')}"))
        assert (page.url.partition("?")[0], page.marks["said"]) == (bye, "bye")
        assert is_closed(hanako, address)
        assert hanako.open(address).path == "/login"


@proven(Feature.BACKCHANNEL_LOGOUT)
def test_the_front_door_tells_apache_that_a_sign_in_is_over(
    town: WitnessTown, tmp_path: Path
) -> None:
    page = protected_page(
        town,
        tmp_path,
        "apache-told",
        backchannel_logout_uri="{address}/callback?logout=backchannel",
    )
    with page as address, town.person() as hanako:
        signed_in(hanako, address)
        hanako.sign_out(town.issuer)
        deadline = time.monotonic() + 10
        while not is_closed(hanako, address):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@proven(Feature.FRONTCHANNEL_LOGOUT)
def test_a_frame_of_the_front_door_ends_the_sign_in_at_apache(
    town: WitnessTown, tmp_path: Path
) -> None:
    page = protected_page(
        town,
        tmp_path,
        "apache-frame",
        frontchannel_logout_uri="{address}/callback?logout=get",
    )
    with page as address, town.person() as hanako:
        signed_in(hanako, address)
        (frame,) = _FRAME.findall(hanako.sign_out(town.issuer).text)
        assert not is_closed(hanako, address)
        hanako.open(html.unescape(frame))
        assert is_closed(hanako, address)
