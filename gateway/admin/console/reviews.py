"""The pages of binding reviews: the two side by side, and what each decision would do."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.paging import Paging
from gateway.admin.api.residents import AttributesView
from gateway.admin.api.reviews import Decision, ReviewView
from gateway.admin.console.comparison import Compared, compare
from gateway.admin.console.filters import asked_for, page_after
from gateway.admin.console.visit import Desk, Visit, to_body
from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other

_ONE = "/reviews/{review_id}"


class ReviewPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/reviews", self.list, methods=["GET"]),
            PageRoute(_ONE, self.show, methods=["GET"]),
            PageRoute(f"{_ONE}/views", self.open, methods=["POST"]),
            PageRoute(f"{_ONE}/decision", self.decide, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        page = (await visit.call("list_reviews", query=asked_for(request, Paging))).value
        following = page_after(request, page.next)
        return visit.render("reviews.html", page=page, now=visit.now, following=following)

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        return _page(visit, await _review(visit))

    async def open(self, request: Request) -> Response:
        """Each of the two looks is logged by the endpoint."""
        visit = await self._desk.visit(request)
        review = await _review(visit)
        candidate = await _attributes(visit, review.candidate_resident_id)
        other = await _attributes(visit, review.other_resident_id)
        return _page(visit, review, opened=compare(candidate, other))

    async def decide(self, request: Request) -> Response:
        """The first press leads to the page that says what it does; its button says `sure`."""
        visit = await self._desk.visit(request)
        review = await _review(visit)
        form = await visit.form()
        try:
            fields = {"decision": form["decision"]} if "decision" in form else {}
            decision: Decision = to_body(fields, Decision)
        except InvalidField:
            return _page(visit, review, none_chosen=True, status=422)
        if decision.decision not in review.possible:
            return _page(visit, review, none_chosen=True, status=422)
        if "sure" not in form:
            return visit.render("review_decision.html", review=review, decision=decision.decision)
        try:
            await visit.call("decide_review", body=decision)
        except Conflict as refusal:
            return _page(visit, await _review(visit), told=refusal.description, status=409)
        return see_other("/admin/reviews?done=review_decided")


async def _review(visit: Visit) -> ReviewView:
    found: ReviewView = (await visit.call("show_review")).value
    return found


async def _attributes(visit: Visit, resident_id: str | None) -> AttributesView | None:
    """None where there is nobody, or nothing is kept of them any more."""
    if resident_id is None:
        return None
    try:
        found = await visit.call("show_resident_attributes", resident_id=resident_id)
    except NoSuchThing:
        return None
    opened: AttributesView = found.value
    return opened


def _page(
    visit: Visit,
    review: ReviewView,
    *,
    opened: tuple[Compared, ...] | None = None,
    none_chosen: bool = False,
    told: str | None = None,
    status: int = 200,
) -> Response:
    return visit.render(
        "review.html",
        status=status,
        review=review,
        opened=opened,
        none_chosen=none_chosen,
        told=told,
        now=visit.now,
    )
