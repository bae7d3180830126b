"""Good requests and wrong ones, made from the OpenAPI document, thrown at every operation: nothing
fails, and every answer is one that the document tells of."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.endpoint import Endpoint
from tests.support.api_requests import FuzzedOffice, Scene, fuzzed_office, operations
from tests.support.gateway import ISSUER
from tests.support.operators import API

Parts = st.SearchStrategy[Mapping[str, str]]
OPERATIONS = operations()
WITH_INPUT = [
    endpoint
    for endpoint in ENDPOINTS.values()
    if "{" in endpoint.path or endpoint.body or endpoint.query
]
SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    # How slowly a schema yields what it forbids is schemathesis' own matter.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Desk:
    """Hypothesis draws in this thread, the gateway runs in the portal's: a draw that ends early
    must not end the gateway's tasks."""

    def __init__(self, portal: BlockingPortal, office: FuzzedOffice) -> None:
        self._portal = portal
        self._office = office

    def scene(self, endpoint: Endpoint) -> Scene:
        return self._portal.call(self._office.scene, endpoint)

    def check(self, scene: Scene, case: Case[Any]) -> None:
        request = case.as_transport_kwargs(base_url=ISSUER + API)
        request["content"] = request.pop("data", None)
        del request["cookies"]  # the browser has its own
        answer = self._portal.call(self._office.send, scene.administrator, request)
        try:
            case.validate_response(answer)
        except BaseExceptionGroup as failures:
            # What is no Exception would end the whole run.
            raise AssertionError(str(failures)) from failures


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Desk]:
    opened = fuzzed_office(tmp_path_factory.mktemp("fuzzed"), template)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened) as office:
        yield Desk(portal, office)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_what_the_document_allows_is_answered_as_it_says(desk: Desk, endpoint: Endpoint) -> None:
    scene = desk.scene(endpoint)
    # What is made up is not there, or of another version: most requests are about what is there.
    paths = st.sampled_from([scene.ids, scene.ids, {}])
    headers = st.sampled_from([{"If-Match": '"1"'}, {}] if endpoint.conditional else [{}])
    throw(desk, endpoint, scene, GenerationMode.POSITIVE, paths, headers)


@pytest.mark.parametrize("endpoint", WITH_INPUT, ids=[one.name for one in WITH_INPUT])
def test_what_the_document_forbids_is_refused_as_it_says(desk: Desk, endpoint: Endpoint) -> None:
    scene = desk.scene(endpoint)
    wrong_behind_the_path = endpoint.body or endpoint.query or endpoint.conditional
    paths = st.sampled_from([scene.ids, {}] if wrong_behind_the_path else [{}])
    throw(desk, endpoint, scene, GenerationMode.NEGATIVE, paths, st.just({}))


def throw(
    desk: Desk,
    endpoint: Endpoint,
    scene: Scene,
    mode: GenerationMode,
    paths: Parts,
    headers: Parts,
) -> None:
    operation = OPERATIONS[endpoint.name]

    @SETTINGS
    @given(data=st.data())
    def every_answer_is_documented(data: st.DataObject) -> None:
        path, header = dict(data.draw(paths)), dict(data.draw(headers))
        made = operation.as_strategy(mode, path_parameters=path, headers=header)
        desk.check(scene, data.draw(made))

    every_answer_is_documented()
