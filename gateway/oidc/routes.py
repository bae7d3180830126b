"""The provider's doors, in one list."""

from starlette.routing import Route

from gateway.oidc.authorization.authorize import Authorize
from gateway.oidc.authorization.pushed import Pushed
from gateway.oidc.devices.approvals import Approvals
from gateway.oidc.devices.backchannel_authentication import BackchannelAuthentication
from gateway.oidc.devices.device import Device
from gateway.oidc.devices.device_authorization import DeviceAuthorization
from gateway.oidc.discovery import Discovery
from gateway.oidc.jwks import Jwks
from gateway.oidc.link import LinkEndpoint
from gateway.oidc.logout.check_session import CheckSession
from gateway.oidc.logout.everywhere import LogoutEverywhere
from gateway.oidc.logout.rp_initiated import Logout
from gateway.oidc.protected_resource import ProtectedResource
from gateway.oidc.provider import Provider
from gateway.oidc.registration.manage import Manage
from gateway.oidc.registration.register import Register
from gateway.oidc.tokens.introspect import Introspect
from gateway.oidc.tokens.revoke import Revoke
from gateway.oidc.tokens.token import Token
from gateway.oidc.userinfo import Userinfo

ENDPOINTS = (
    Authorize,
    Pushed,
    Token,
    Userinfo,
    Introspect,
    Revoke,
    Logout,
    LogoutEverywhere,
    CheckSession,
    Jwks,
    LinkEndpoint,
    DeviceAuthorization,
    Device,
    BackchannelAuthentication,
    Approvals,
    Register,
    Manage,
)


def oidc_routes(provider: Provider) -> list[Route]:
    mounted = [route for endpoint in ENDPOINTS for route in endpoint(provider).routes()]
    told = [*Discovery(provider, mounted).routes(), *ProtectedResource(provider).routes()]
    return [*told, *mounted]
