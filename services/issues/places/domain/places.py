"""The tree of places of a community: compound → building → stairwell (单元) → floor → spot.

Levels may be left out: a building without stairwells has its floors at once, a spot lies in any place. What 单元 is in
Chinese is a stairwell here, for units are partner organisations. Two lamps on two floors are two places.
The public knows compounds and buildings (`public`, `outer`); a finer place stays inside, in cases as in events, and is
never a home: it names a part that people share.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.chassis.words import Worded
from services.contracts.event import Event
from services.contracts.issues import (
    InnerPlaceChanged,
    InnerPlaceRegistered,
    InnerPlaceRetired,
    MapPosition,
    PlaceChanged,
    PlaceKind,
    PlaceRegistered,
    PlaceRetired,
    PlaceState,
    PointData,
)
from services.contracts.marks import Id, Masked, Office, Thing
from services.issues.places.domain.datum import GivenPoint, Point, metres_between
from services.issues.places.domain.grid import GridCode

COMPOUND, BUILDING, STAIRWELL, FLOOR, SPOT = PlaceKind
PUBLIC = frozenset({COMPOUND, BUILDING})
STANDS_IN: Mapping[PlaceKind, frozenset[PlaceKind]] = {
    COMPOUND: frozenset(),
    BUILDING: frozenset({COMPOUND}),
    STAIRWELL: frozenset({BUILDING}),
    FLOOR: frozenset({BUILDING, STAIRWELL}),
    SPOT: frozenset({COMPOUND, BUILDING, STAIRWELL, FLOOR}),
}
"""What each kind of place stands in; a spot ends the tree, so it is five deep at most."""

NUMBERS: Mapping[PlaceKind, range] = {BUILDING: range(1, 10_000), STAIRWELL: range(1, 100), FLOOR: range(-9, 151)}
"""The kinds that have a number, and which; a floor is numbered as people number it, without a floor 0."""

FAR_AWAY = 5000.0
"""Metres from a place beyond which a point does not belong to it: a large compound with its surroundings is within."""


KIND_WORDS: Mapping[PlaceKind, Worded] = {
    COMPOUND: Worded("compound", "小区", "compound"),
    BUILDING: Worded("building", "楼栋", "building"),
    STAIRWELL: Worded("stairwell", "单元", "stairwell"),
    FLOOR: Worded("floor", "楼层", "floor"),
    SPOT: Worded("spot", "点位", "spot"),
}
"""The words for each kind of place."""

_FIELD_WORDS: Mapping[str, Worded] = {
    name: Worded(name, zh, en)
    for name, zh, en in (
        ("title", "名称", "title"),
        ("floors", "层数", "number of floors"),
        ("households", "户数", "number of households"),
        ("residents", "人数", "number of residents"),
        ("grid", "网格编码", "code of the grid"),
        ("point", "坐标", "position"),
    )
}


class PlaceNeedsParent(
    Invalid,
    code="place.building-needs-compound",
    zh="楼栋必须属于本社区的一个小区，并且有楼号。",
    en="A building stands in a compound of its community and has a number.",
):
    """A building without a compound can't be found, without a number can't be named."""


class CompoundStandsAlone(
    Invalid,
    code="place.compound-stands-alone",
    zh="小区没有上级地点，也没有楼号。",
    en="A compound has neither a parent nor a number.",
):
    """The compound is the root of a tree."""


class PlaceMisplaced(
    Invalid,
    code="place.misplaced",
    zh="“{kind}”的上级只能是本社区的：{parents}。",
    en="A {kind} stands in one of these, of its own community: {parents}.",
):
    """The parent is unknown, of another community, or of a kind that has no such places in it."""


def misplaced(kind: PlaceKind) -> PlaceMisplaced:
    """The refusal of a place of `kind` that stands in none of its parents."""
    parents = Worded.several(KIND_WORDS[parent] for parent in sorted(STANDS_IN[kind]))
    return PlaceMisplaced(kind=KIND_WORDS[kind], parents=parents)


class PlaceNumberWrong(
    Invalid,
    code="place.number",
    zh="“{kind}”的编号应为 {numbers}。",
    en="The number of a {kind} is {numbers}.",
):
    """Floors and stairwells are found by number; spots by their titles."""


class PlaceNeedsTitle(Invalid, code="place.title", zh="该地点必须有名称。", en="The place must have a title."):
    """Only stairwells and floors are named by their numbers."""


class PlaceIsRetired(
    Conflict,
    code="place.retired",
    zh="该地点已停用，请选择其他地点。",
    en="That place is no longer in use; choose another.",
):
    """A retired place stays readable for what happened there; nothing new is reported, registered or changed in it."""


class PlaceHasBuildings(
    Conflict,
    code="place.has-buildings",
    zh="请先停用该小区的楼栋。",
    en="Retire the buildings of the compound first.",
):
    """A compound with its buildings is too much to be retired by one mistake."""


class PointFarAway(
    Invalid,
    code="place.point-far-away",
    zh="该位置离“{title}”约 {kilometres} 公里，不在本社区范围内，请核对位置或坐标系。",
    en="That point is about {kilometres} km away from {title}, far outside the community; check it and its datum.",
):
    """A point lies where it can't belong to the place: mistyped, of another city, or of somebody on a journey."""


class PlaceChangeWrong(
    Invalid,
    code="place.change",
    zh="该类地点没有这一项，或该项不能清空：{field}。",
    en="A place of that kind has no {field}, or it can't be without.",
):
    """Floors, households and residents are those of a compound or a building."""


class RegisterPlace(Request):
    """`number` is a building's, stairwell's or floor's as people say it; the figures are those of the place itself.

    `title` may be left out for stairwells and floors. `grid`: the 15 digits of the grid it lies in.
    """

    community: Id
    kind: PlaceKind
    title: Line | None = None
    parent: Id | None = None
    number: Annotated[int, Field(ge=-9, le=9999)] | None = None
    floors: Annotated[int, Field(ge=1, le=150)] | None = None
    households: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    residents: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    grid: GridCode | None = None
    point: GivenPoint | None = None


class ChangePlace(Request):
    """A field that is left out stays as it was; null empties it, where a place can be without it."""

    title: Line | None = None
    floors: Annotated[int, Field(ge=1, le=150)] | None = None
    households: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    residents: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    grid: GridCode | None = None
    point: GivenPoint | None = None


class Place(Aggregate):
    """A place of the tree. `path`: what it stands in, from the compound to its parent.

    `inside`: the building that a finer place is in, `storey`: the floor that a floor or a spot is on.
    """

    kind: PlaceKind
    title: Office[Masked]
    parent: Thing[str | None] = None
    path: Thing[tuple[str, ...]] = ()
    inside: Thing[str | None] = None
    storey: int | None = None
    number: int | None = None
    floors: int | None = None
    households: int | None = None
    residents: int | None = None
    grid: Thing[str | None] = None
    point: Point | None = None
    retired: bool = False
    registered_at: datetime
    changed_at: datetime | None = None

    @property
    def building(self) -> str | None:
        """The building that the place is, or is in; None for open grounds."""
        return self.id if self.kind is BUILDING else self.inside

    @property
    def outer(self) -> str:
        """The finest place around it that the public may know: itself, its building, or its compound."""
        if self.kind in PUBLIC:
            return self.id
        return self.inside or self.above[0]

    @property
    def above(self) -> tuple[str, ...]:
        """The places that it stands in, from the compound down. Old buildings know their parent only."""
        return self.path or (() if self.parent is None else (self.parent,))

    def require_editor(self, by: Principal) -> None:
        """Raises NotYours unless `by` may change the tree here."""
        by.require(self.community, Role.STAFF, Role.OPERATOR)

    @property
    def kept_inside(self) -> bool:
        return self.kind not in PUBLIC

    def public(self) -> PlaceState | None:
        if self.kind not in PUBLIC:
            return None
        stands = None if self.point is None else MapPosition(east=self.point.lon, north=self.point.lat)
        told = {name: getattr(self, name) for name in PlaceState.model_fields if name != "stands"}
        return PlaceState(**told, stands=stands)


def place_id(command: RegisterPlace) -> str:
    """The id that belongs to the place: by its number in its parent, or by its title."""
    match command.kind:
        case PlaceKind.COMPOUND:
            return derived_id("place", command.community, str(command.title))
        case PlaceKind.BUILDING:
            return derived_id("place", command.community, str(command.parent), str(command.number))
        case PlaceKind.SPOT:
            return derived_id("place", command.community, str(command.parent), "spot", str(command.title))
        case _:
            return derived_id("place", command.community, str(command.parent), command.kind, str(command.number))


def register_place(command: RegisterPlace, parent: Place | None, by: Principal, now: datetime) -> Decision[Place]:
    """Make a place known. `parent` is the place that the command names, if it exists.

    Raises:
        PlaceNeedsParent: a building is not put into a compound of its community, or has no number.
        CompoundStandsAlone: a compound is put into something.
        PlaceMisplaced, PlaceNumberWrong, PlaceNeedsTitle, PlaceChangeWrong, PlaceIsRetired, PointFarAway: as they say.
    """
    by.require(command.community, Role.STAFF, Role.OPERATOR)
    _check_parent(command, parent)
    _check_number(command, parent)
    _check_figures(command.kind, command)
    require_near([] if parent is None else [parent], command.point)
    title = command.title or _title(command.kind, command.number)
    if title is None:
        raise PlaceNeedsTitle()
    given = command.model_dump(exclude={"title", "point"})
    point = None if command.point is None else command.point.point()
    place = Place(
        id=place_id(command), title=title, point=point, registered_at=now, changed_at=now, **given, **_within(parent)
    )
    if place.kind is FLOOR:
        place = place.model_copy(update={"storey": place.number})
    if place.kind is STAIRWELL and place.floors is None and parent is not None:
        place = place.model_copy(update={"floors": parent.floors})
    return decided(place, _registered(place))


def require_near(steps: Sequence[Place], point: GivenPoint | None) -> None:
    """Raises PointFarAway where `point` lies far from the finest of `steps`, from the compound down, that has one."""
    placed = next((step for step in reversed(steps) if step.point is not None), None)
    if point is None or placed is None or placed.point is None:
        return
    here = point.point()
    metres = metres_between((here.lon, here.lat), (placed.point.lon, placed.point.lat))
    if metres > FAR_AWAY:
        raise PointFarAway(title=placed.title, kilometres=round(metres / 1000))


def change_place(
    place: Place, command: ChangePlace, by: Principal, now: datetime, above: Sequence[Place] = ()
) -> Decision[Place]:
    """Put right what is said of a place, which stands in those `above`, from the compound down.

    Raises:
        PlaceIsRetired: nothing changes about it any more.
        PlaceChangeWrong: a place of its kind has no such figure, or can't be without a title.
        PointFarAway: it would lie far from what it stands in.
    """
    by.require(place.community, Role.STAFF, Role.OPERATOR)
    if place.retired:
        raise PlaceIsRetired()
    given = command.model_fields_set
    if "title" in given and command.title is None:
        raise PlaceChangeWrong(field=_FIELD_WORDS["title"])
    _check_figures(place.kind, command)
    require_near(above, command.point)
    update: dict[str, Any] = {name: getattr(command, name) for name in given - {"point"}}
    if "point" in given:
        update["point"] = None if command.point is None else command.point.point()
    changed = Place.model_validate({**place.model_dump(), **update})
    if changed == place:
        return decided(place)
    changed = changed.model_copy(update={"changed_at": now})
    event = PlaceChanged if place.kind in PUBLIC else InnerPlaceChanged
    return decided(changed, _told(event, changed, title=changed.title, by=by.sub))


def retire_place(place: Place, by: Principal, now: datetime) -> Decision[Place]:
    """Take a place out of use: nothing is reported there any more. A place that is out of use stays as it is."""
    by.require(place.community, Role.STAFF, Role.OPERATOR)
    if place.retired:
        return decided(place)
    changed = place.model_copy(update={"retired": True, "changed_at": now})
    if place.kind in PUBLIC:
        return decided(changed, event_from(PlaceRetired, changed, by=by.sub))
    return decided(changed, InnerPlaceRetired(by=by.sub))


def _check_parent(command: RegisterPlace, parent: Place | None) -> None:
    kind = command.kind
    if kind is COMPOUND:
        if command.parent is not None or command.number is not None:
            raise CompoundStandsAlone()
        return
    fits = parent is not None and parent.kind in STANDS_IN[kind] and parent.community == command.community
    if kind is BUILDING and (not fits or command.number is None):
        raise PlaceNeedsParent()
    if not fits:
        raise misplaced(kind)
    if parent is not None and parent.retired:
        raise PlaceIsRetired()


def _check_number(command: RegisterPlace, parent: Place | None) -> None:
    kind, number = command.kind, command.number
    allowed = NUMBERS.get(kind)
    if allowed is None:
        if number is not None:
            raise PlaceNumberWrong(kind=KIND_WORDS[kind], numbers=Worded("absent (不填)", "空（不填）", "absent"))
        return
    highest = allowed.stop - 1
    if kind is FLOOR and parent is not None and parent.floors is not None:
        highest = parent.floors
    if number is None or not allowed.start <= number <= highest or (kind is FLOOR and number == 0):
        raise PlaceNumberWrong(kind=KIND_WORDS[kind], numbers=f"{allowed.start} … {highest}")


def _check_figures(kind: PlaceKind, command: RegisterPlace | ChangePlace) -> None:
    if kind in PUBLIC:
        return
    own = {"floors"} if kind is STAIRWELL else set()
    for field in ("floors", "households", "residents"):
        if field not in own and getattr(command, field) is not None:
            raise PlaceChangeWrong(field=_FIELD_WORDS.get(field, field))


def _within(parent: Place | None) -> dict[str, Any]:
    """The fields that a place takes from the one it stands in."""
    if parent is None:
        return {}
    return {"path": (*parent.above, parent.id), "inside": parent.building, "storey": parent.storey}


def _title(kind: PlaceKind, number: int | None) -> str | None:
    if kind is STAIRWELL:
        return f"{number}单元"
    if kind is FLOOR and number is not None:
        return f"{number}层" if number > 0 else f"地下{-number}层"
    return None


def _registered(place: Place) -> Event:
    if place.kind in PUBLIC:
        return _told(PlaceRegistered, place)
    inner = {name: getattr(place, name) for name in ("kind", "title", "parent", "number")}
    return _told(InnerPlaceRegistered, place, path=list(place.path), floor=place.storey, **inner)


def _told(event: type[Event], place: Place, **more: Any) -> Event:
    """`event` of `place`, with its grid and point, which stay inside."""
    point = None if place.point is None else PointData(**place.point.model_dump())
    return event_from(event, place, grid=place.grid, point=point, **more)
