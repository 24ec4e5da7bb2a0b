"""Feedback over HTTP: people who came give it, everybody reads the average, managers read the words."""

from datetime import datetime

from fastapi import APIRouter, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import MaybePrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.secret import keyed_id
from services.chassis.store.unavailable import store_errors
from services.contracts.marks import Id
from services.contracts.masking import mask
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import NotOverYet
from services.events.feedback import domain as rules
from services.events.feedback.domain import Feedback, GiveFeedback
from services.events.feedback.store import about
from services.events.feedback.views import FeedbackSummary, FeedbackView


def router(feedback: Aggregates[Feedback], activities: Aggregates[Activity], clock: Clock) -> APIRouter:
    """The routes of feedback."""
    routes = APIRouter(prefix=BASE + "/activities/{id}/feedback", tags=["feedback"])

    @routes.post(
        "",
        summary="Give feedback on an activity, or change it (those who came)",
        response_model=FeedbackView,
        responses=problems(UnknownAggregate, NotYours, StaleVersion, NotOverYet, rules.NotThere, rules.FeedbackOver),
    )
    async def give(id: Id, body: GiveFeedback, command: CommandDep) -> Response:
        by = command.principal
        activity = (await known(activities, id, known_to(by))).aggregate
        mine = keyed_id(await feedback.secret(), feedback.kind.name, id, by.sub)

        def first(id: str, now: datetime) -> Decision[Feedback]:
            return rules.give(id, activity, body, by, now)

        if await feedback.find(mine) is None:
            return await command.create(feedback, first, FeedbackView.of, id=mine, location=BASE + f"/activities/{id}")
        return await command.change(
            feedback, mine, lambda found, now: rules.again(found, activity, body, by, now), FeedbackView.of
        )

    @routes.get(
        "", summary="The feedback on an activity (public; words to its managers)", responses=problems(UnknownAggregate)
    )
    async def summary(id: Id, by: MaybePrincipalDep) -> FeedbackSummary:
        activity = (await activities.get(id)).aggregate
        if activity.hides_from(by):
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        with store_errors():
            found = feedback.collection.find(about(id), {"state.rating": 1, "state.text": 1}).sort(
                [("at", -1), ("_id", -1)]
            )
            said = [document["state"] async for document in found]
        texts = [mask(str(each["text"])) for each in said if each.get("text")] if _manages(activity, by) else None
        closed = clock() > activity.ends_at + rules.GIVEN_WITHIN
        return FeedbackSummary.from_ratings([int(each["rating"]) for each in reversed(said)], texts, closed=closed)

    return routes


def _manages(activity: Activity, by: Principal | None) -> bool:
    if by is None:
        return False
    try:
        activity.require_manager(by)
    except CommunityError:
        return False
    return True
