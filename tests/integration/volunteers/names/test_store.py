"""Names of buildings are those that issues has published, of one community."""

from services.chassis.runtime import Runtime
from services.volunteers.names.store import Name, Names
from services.volunteers.settings import VolunteersSettings
from tests.unit.volunteers.world import HERE


async def test_names_are_of_one_community_and_of_what_was_not_erased(runtime: Runtime[VolunteersSettings]) -> None:
    places = runtime.database["places"]
    for id, community, state in (
        ("building-1", HERE, {"title": "1号楼", "title_en": "Building 1"}),
        ("building-2", HERE, {}),
        ("building-3", "elsewhere", {"title": "3号楼"}),
    ):
        await places.insert_one({"_id": id, "community": community, "state": state})
    names = Names(runtime.database)
    assert (await names.of(HERE)).places == {"building-1": Name(zh="1号楼", en="Building 1")}
    assert (await names.of("elsewhere")).places == {"building-3": Name(zh="3号楼")}
