"""The topics of the published language.

Every topic of facts has two beside it: `.state` (compacted: the latest public state of each aggregate under the
same key) and `.dlq` (what a consumer could not take, with the reason in its headers).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of facts. `service` is who alone publishes to it."""

    name: str
    service: str
    about: str

    @property
    def state(self) -> str:
        return f"{self.name}.state"

    @property
    def dead_letters(self) -> str:
        return f"{self.name}.dlq"


ISSUES = Topic("community.issues.v1", "issues", "Cases, rounds and wishes.")
VOLUNTEERS = Topic("community.volunteers.v1", "volunteers", "Volunteers, teams, care plans, needs, seats and hours.")
ACTIVITIES = Topic("community.activities.v1", "events", "Activities, their staffing, registrations and attendance.")
NOTICES = Topic("community.notices.v1", "notify", "Notices, their delivery, and erasure requests.")

TOPICS: tuple[Topic, ...] = (ISSUES, VOLUNTEERS, ACTIVITIES, NOTICES)
