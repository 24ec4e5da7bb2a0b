"""Who acts in the demo, under opaque ids."""

from deploy.local.seed.api import Api, Hand
from services.chassis.principal import Role

WALKERS = ("grid-worker-1", "grid-worker-2")


def staff(api: Api) -> Hand:
    """The committee's staff."""
    return api.hand("staff-1", Role.STAFF)


def walker(api: Api, building: int) -> Hand:
    """Who walks a building."""
    return api.hand(WALKERS[building % len(WALKERS)], Role.GRID_WORKER)


def handler(api: Api, unit: str) -> Hand:
    """Who puts things right for the unit of that id."""
    return api.hand(f"handler-{unit[-12:]}", Role.HANDLER, unit=unit)


def supervisor(api: Api) -> Hand:
    """Who verifies: neither found nor handled anything."""
    return api.hand("supervisor-1", Role.SUPERVISOR)


def resident(api: Api, sub: str) -> Hand:
    return api.hand(sub, Role.RESIDENT)


def volunteer(api: Api, sub: str) -> Hand:
    return api.hand(sub, Role.RESIDENT, Role.VOLUNTEER)
