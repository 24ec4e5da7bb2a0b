"""A person is taken out of an activity. Seats ahead become free; the past, and who is there already, keep
their counts under a stand-in's name."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import (
    ActivityPersonErased,
    ActivityStatus,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party, Presence
from services.events.activities.domain.seats import release


def erase_from_activity(activity: Activity, person: str, now: datetime) -> Decision[Activity]:
    """Take `person` out, so that nothing of the activity leads to them. Where they are not named, nothing changes."""
    if person not in activity.people:
        return decided(activity)
    ahead = activity.status is ActivityStatus.SCHEDULED and now < activity.starts_at
    left = release(activity, person, now) if ahead and not activity.is_there(person) else decided(activity)
    kept = left.aggregate
    stand_in = f"erased-{kept.erased + 1}"

    def other(name: str) -> str:
        return stand_in if name == person else name

    def other_party(party: Party) -> Party:
        its_own = {"label": None, "children": ()} if party.person == person else {}
        return party.model_copy(update={"person": other(party.person), "by": other(party.by), **its_own})

    def other_presence(presence: Presence) -> Presence:
        its_own = {"label": None} if presence.person == person else {}
        return presence.model_copy(update={"person": other(presence.person), "by": other(presence.by), **its_own})

    helpers = [v for v in kept.volunteers if v != person] if ahead else [other(v) for v in kept.volunteers]
    erased = kept.model_copy(
        update={
            "organiser": other(kept.organiser),
            "instructors": tuple(map(other, kept.instructors)),
            "volunteers": tuple(helpers),
            "seated": tuple(map(other_party, kept.seated)),
            "waiting": tuple(map(other_party, kept.waiting)),
            "presences": tuple(map(other_presence, kept.presences)),
            "erased": kept.erased + 1,
            "changed_at": now,
        }
    )
    event = ActivityPersonErased(volunteers=list(erased.volunteers), organiser=erased.organiser)
    return decided(erased, *left.events, event)
