"""What `genkan demo --check` walks at the operators' door, after the residents' journey."""

from collections.abc import Callable

from gateway.demo.browser import Browser
from gateway.demo.local_http import local_client
from gateway.demo.office import OperatorAtDesk
from gateway.demo.town import HEALTH, OPERATORS, POINTS
from gateway.demo.visitor import Unexpected, Visitor, expect
from gateway.demo.world import World

SONODA, _, HANAI = OPERATORS
TENANT, SERVICE = "wakaba", "wakaba-library"
OF_THE_TOWN = {HEALTH.client_id, POINTS.client_id, "genkan-tryout"}
_SERVICES = f"/tenants/{TENANT}/services"


class OperatorJourney:
    """Later steps build on earlier ones."""

    def __init__(self, world: World, browser: Browser) -> None:
        self._world = world
        self._sonoda = OperatorAtDesk(world, browser)
        self._secret = ""

    def steps(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        return (
            ("the console is served, and its API tells a stranger nothing", self.stranger),
            (
                "an operator signs in with password and code, and acknowledges the notice",
                self.sign_in,
            ),
            ("she makes a tenant, and a service whose secret is shown once", self.found),
            ("a rotated secret and the former one are both good", self.rotate),
            ("the log shows what she did", self.log),
            ("another tenant's operator sees nothing of it", self.neighbour),
        )

    def stranger(self) -> None:
        with local_client() as http:
            expect(http.get(f"{self._world.console}/sign-in").status_code, 200)
            for path in ("/me", "/tenants", "/logs"):
                answer = http.get(f"{self._world.console}/api/v1{path}")
                expect((answer.status_code, answer.json()["status"]), (401, 401))

    def sign_in(self) -> None:
        page = self._sonoda.sign_in(SONODA)
        expect((page.path, page.status), ("/admin/notice", 200))
        self._sonoda.read("/tenants", 403)
        self._sonoda.acknowledge_notice()
        expect(self._sonoda.read("/me")["operator"]["login_name"], SONODA.login_name)

    def found(self) -> None:
        names = {"name_ja": "若葉村", "name_en": "Wakaba Village"}
        self._sonoda.change("POST", "/tenants", 201, {"tenant_id": TENANT, **names})
        metadata = {
            "client_name_ja": "若葉村 図書室",
            "client_name_en": "Wakaba Library",
            "purpose_ja": "本を貸し出すために使います。",
            "purpose_en": "To lend books.",
            "decision_document_number": "若教発第3号",
            "redirect_uris": ["https://library.wakaba.example/callback"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code"],
            "scope": "openid profile",
        }
        body = {"client_id": SERVICE, "metadata": metadata}
        made = self._sonoda.change("POST", _SERVICES, 201, body)
        self._secret = made["client_secret"]
        self._expect_good(self._secret)

    def rotate(self) -> None:
        shown = self._sonoda.read(f"{_SERVICES}/{SERVICE}")
        if self._secret in str(shown):
            raise Unexpected("the secret is shown a second time")
        path = f"{_SERVICES}/{SERVICE}/secrets"
        rotated = self._sonoda.change("POST", path, 201, version=shown["version"])
        self._expect_good(rotated["client_secret"])
        self._expect_good(self._secret)

    def log(self) -> None:
        deeds = {line["deed"] for line in self._sonoda.read(f"/tenants/{TENANT}/logs")["items"]}
        wanted = {"tenant.created", "service.created", "service.secret_rotated"}
        expect(wanted - deeds, set())
        found = self._sonoda.read("/logs?deed=operator.signed_in")["items"]
        expect([line["outcome"] for line in found], ["done"])

    def neighbour(self) -> None:
        with Visitor(self._world) as visitor:
            hanai = OperatorAtDesk(self._world, visitor.browser)
            hanai.sign_in(HANAI)
            hanai.acknowledge_notice()
            own = hanai.read(f"/tenants/{HANAI.tenant_id}/services")["items"]
            expect({service["client_id"] for service in own}, OF_THE_TOWN)
            hanai.read(_SERVICES, 404)

    def _expect_good(self, secret: str) -> None:
        """Whoever has it may ask about tokens."""
        with local_client() as http:
            url, form = f"{self._world.issuer}/introspect", {"token": "of-nobody"}
            answer = http.post(url, data=form, auth=(SERVICE, secret))
        expect((answer.status_code, answer.json()), (200, {"active": False}))
