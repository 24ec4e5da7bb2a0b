"""Lists, page by page: the next page starts where the last one ended, whatever is added meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Aggregate
from services.chassis.http.tags import listed
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
    """One page of a list. `next` is the cursor of the page after it, None on the last one.

    The first page says how many there are: `total` where it holds all of them, else there are `at_least` so many.
    """

    items: list[V]
    next: str | None = None
    total: int | None = None
    at_least: int | None = None


def paged(page: Page[A], view: Callable[[Stored[A]], BaseModel], request: Request) -> Response:
    """The answer with `page`, each item as `view` shows it."""
    return page_of([view(item) for item in page.items], page.next, request)


def page_of(
    items: Sequence[BaseModel], following: str | None, request: Request, *, more: bool | None = None
) -> Response:
    """The answer with a page of `items`, an entity tag, and a Link header (RFC 8288) to the next page, whose cursor is
    `following`.

    The answer is 304 without a body where the caller has the page already.

    Args:
        more: whether there are more items than these; by default, whether there is a next page.
    """
    counted = counts(len(items), following, request, more=more)
    shown: PageView[Any] = PageView[Any](items=list(items), next=following, **counted)
    return listed(shown.model_dump_json(by_alias=True).encode(), link(following, request), request)


def counts(shown: int, following: str | None, request: Request, *, more: bool | None = None) -> dict[str, int]:
    """The count of items that the first page of a list tells, `total` or `at_least`; empty for any other page."""
    if "cursor" in request.query_params:
        return {}
    return {"at_least" if (following is not None if more is None else more) else "total": shown}


def link(following: str | None, request: Request) -> dict[str, str]:
    """The Link header to the page whose cursor is `following`; empty where there is no such page."""
    if following is None:
        return {}
    url = request.url.include_query_params(cursor=following)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
