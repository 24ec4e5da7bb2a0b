"""What is told of a thing to who may not know of it: the same as of one that isn't there, whichever way they ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from services.chassis.principal import Principal
from tests.integration.calling import Caller

HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"If-Match": '"1"'},
    {"If-Match": '"98", "99"'},
    {"Idempotency-Key": "a-guess"},
)


def asked_by_id(routers: Sequence[APIRouter], *, public: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Every route that names a thing by its id, but those that are `public`: method and path."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    found = [(method, route.path) for route in routes if "{id}" in route.path for method in sorted(route.methods or ())]
    return [each for each in found if each != ("GET", each[1]) or each[1] not in public]


async def assert_unknown(
    api: Caller, by: Principal, method: str, path: str, id: str, body: Any, more: Mapping[str, str]
) -> None:
    """Ask for `id` and for one of the same form that isn't there; both answers are one."""
    nothing = id[:-1] + ("1" if id.endswith("0") else "0")
    for headers in HEADERS:
        answers = []
        for asked in (id, nothing):
            place = path.format(id=asked, **more)
            answer = await api.send(by, method, place, dict(headers), json=body)
            assert answer.status_code == 404, (method, path, headers, answer.text)
            heads = {name: value for name, value in answer.headers.items() if name != "content-length"}
            answers.append((answer.text.replace(asked, "it"), sorted(heads)))
        assert answers[0] == answers[1], (method, path, headers)
