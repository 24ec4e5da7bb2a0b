"""Rounds in a random life: somebody walks floors and finds what is wrong. Some of it is put right on the spot and is no
case; the rest is handed over, and is one."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from services.chassis.aggregate import event_from
from services.contracts.issues import VisitRecorded
from tests.integration.issues.opening import hear
from tests.integration.issues.reading.world import World
from tests.unit.issues.world import HERE, STAFF, WALKER

_FLOORS = 18


@dataclass
class Walking:
    """Walks the `houses`, one round after the other. `told` counts by hand what each round has come to, by its id."""

    world: World
    houses: list[str]
    categories: list[str]
    told: dict[str, Counter[str]] = field(default_factory=dict)
    _under_way: str | None = None

    async def go_on(self, dice: random.Random) -> list[Any]:
        """Walk a floor or two, sending some of it twice; the cases of what was handed over."""
        api = self.world.api
        if self._under_way is None:
            plan = {"community": HERE, "buildings": self.houses, "walker": WALKER.sub}
            made = await api.made(STAFF, "/rounds", {**plan, "starts_at": self.world.clock.now.isoformat()})
            self._under_way = str(made["id"])
            self.told[self._under_way] = Counter()
        round = self._under_way
        visits = [self._visit(dice) for _ in range(dice.randint(1, 2))]
        answer = await api.made(WALKER, f"/rounds/{round}/visits/batch", {"visits": [*visits, visits[0]]})
        assert [each["outcome"] for each in answer["results"]].count("recorded") == len(visits), answer
        ids: list[str] = []
        for visit, result in zip(visits, answer["results"], strict=False):
            ids += await self._handed_over(result["visit"])
            fixed = sum(finding["fixed"] for finding in visit["findings"])
            found = len(visit["findings"])
            self.told[round] += Counter(visits=1, findings=found, fixed_on_the_spot=fixed, handed_over=found - fixed)
        if dice.random() < 0.3:
            await api.made(WALKER, f"/rounds/{round}/complete", None)
            self._under_way = None
        return [(await api.get(STAFF, f"/cases/{id}")).json for id in ids]

    def _visit(self, dice: random.Random) -> dict[str, Any]:
        findings = [
            {"id": f"finding-{n}", "category": dice.choice(self.categories), "fixed": dice.random() < 0.5}
            for n in range(dice.randint(0, 3))
        ]
        id = f"visit-{dice.getrandbits(60)}"
        return {"id": id, "building": dice.choice(self.houses), "floor": dice.randint(1, _FLOORS), "findings": findings}

    async def _handed_over(self, id: str) -> list[str]:
        """Let the service hear of the visit `id`, twice, as may happen; the ids of the cases that come of it."""
        visit = (await self.world.store.visits.get(id)).aggregate
        for _ in range(2):
            await hear(self.world.handlers, self.world.db, event_from(VisitRecorded, visit), id)
        return [finding.case for finding in visit.findings if finding.case is not None]

    async def summaries(self) -> dict[str, Counter[str]]:
        """What the service says of each round, of what is counted here."""
        said = {round: (await self.world.api.get(STAFF, f"/rounds/{round}/summary")).json for round in self.told}
        names = ("visits", "findings", "fixed_on_the_spot", "handed_over")
        return {round: Counter({name: summary[name] for name in names}) for round, summary in said.items()}
