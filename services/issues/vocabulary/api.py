"""The synonyms of a community over HTTP."""

from contextlib import suppress

from fastapi import APIRouter, Request, Response

from services.chassis.errors import AlreadyExists, NotYours, StaleVersion
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.issues.vocabulary.domain import SetSynonyms, WordTwice, open_vocabulary, set_synonyms, vocabulary_id
from services.issues.vocabulary.residential import RESIDENTIAL
from services.issues.vocabulary.views import SynonymsView, first_synonyms, synonyms_view
from services.issues.vocabulary.vocabularies import Vocabularies

BASE = "/api/issues/v1/synonyms"


def router(vocabularies: Vocabularies) -> APIRouter:
    """The routes of synonyms."""
    routes = APIRouter(prefix=BASE, tags=["reading"])
    stored = vocabularies.kept.stored

    @routes.get(
        "/{community}",
        response_model=SynonymsView,
        summary="The synonyms of a community's searches",
        responses=problems(NotYours),
    )
    async def synonyms(community: Id, request: Request, principal: PrincipalDep) -> Response:
        principal.require(community)
        found = await stored.find(vocabulary_id(community))
        if found is None:
            view = first_synonyms(community, RESIDENTIAL)
            return Response(view.model_dump_json(), headers={"ETag": '"0"'}, media_type="application/json")
        return etagged(found, synonyms_view, request)

    @routes.put(
        "/{community}",
        response_model=SynonymsView,
        summary="Replace the synonyms of a community's searches",
        responses=problems(NotYours, StaleVersion, WordTwice),
    )
    async def replace_synonyms(community: Id, body: SetSynonyms, command: CommandDep) -> Response:
        """All groups at once, in the place of those before. Searches go by them at once; nothing is made anew."""
        by, id = command.principal, vocabulary_id(community)
        by.require(community, Role.STAFF, Role.OPERATOR)
        if await stored.find(id) is None:
            with suppress(AlreadyExists):
                await stored.create(id, lambda now: open_vocabulary(community, RESIDENTIAL, by, now), command.cause)
        answer = await command.change(
            stored, id, lambda vocabulary, now: set_synonyms(vocabulary, body, by, now), synonyms_view
        )
        vocabularies.kept.forget(id)
        return answer

    return routes
