"""Lists, page by page: the next page starts where the last one ended, whatever is added meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Aggregate
from services.chassis.store.aggregates import Page, Stored

A = TypeVar("A", bound=Aggregate)
V = TypeVar("V", bound=BaseModel)

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The page of a list that a caller asks for."""

    limit: int
    cursor: str | None


async def page_query(
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="Items on a page, at most.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=4096, description="`next` of the page before.")] = None,
) -> PageQuery:
    """The dependency behind PageDep."""
    return PageQuery(limit, cursor)


PageDep = Annotated[PageQuery, Depends(page_query)]


class PageView(BaseModel, Generic[V]):
    """One page of a list. `next` is the cursor of the page after it, None on the last one."""

    items: list[V]
    next: str | None = None


def paged(page: Page[A], view: Callable[[Stored[A]], BaseModel], request: Request) -> Response:
    """`page` with each item as `view` shows it, and a Link header to the next page (RFC 8288)."""
    shown: PageView[Any] = PageView[Any](items=[view(item) for item in page.items], next=page.next)
    headers = {}
    if page.next is not None:
        url = request.url.include_query_params(cursor=page.next)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return Response(shown.model_dump_json(by_alias=True), media_type="application/json", headers=headers)
