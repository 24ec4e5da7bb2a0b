"""The synonyms of a community over HTTP, and what its searches make of them."""

from services.issues.vocabulary.residential import RESIDENTIAL
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.reading.readers import reported, up_to_date
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, person

ADDRESS = f"/synonyms/{HERE}"


async def found(api: Api, question: str) -> list[str]:
    answer = await api.get(STAFF, "/search", community=HERE, q=question)
    return [item["id"] for item in answer.json["items"]]


async def test_searches_go_by_the_words_that_staff_set(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    case = await reported(api, unit_and_houses[1][0], text="大门口的喇叭坏了")
    await up_to_date(store)
    first = (await api.get(RESIDENT, ADDRESS)).json
    assert (first["own"], first["version"], first["groups"]) == (False, 0, [list(group) for group in RESIDENTIAL])
    assert await found(api, "噪音") == [case]
    assert await found(api, "广播") == []

    own = {"groups": [["喇叭", "广播"]]}
    assert (await api.put(RESIDENT, ADDRESS, own)).code == "forbidden"
    assert (await api.put(STAFF, ADDRESS, {"groups": [["喇叭", "喇叭"]]})).code == "vocabulary.word-twice"
    set_now = await api.put(STAFF, ADDRESS, own)
    assert (set_now.status, set_now.json["own"], set_now.json["groups"]) == (200, True, [["喇叭", "广播"]])
    assert await found(api, "广播") == [case]
    assert await found(api, "噪音") == []
    assert (await api.put(STAFF, ADDRESS, {"groups": []})).json["groups"] == []
    assert await found(api, "广播") == []

    stranger = person("s", community="other")
    assert (await api.get(stranger, ADDRESS)).code == "forbidden"
    assert (await api.get(NEIGHBOUR, ADDRESS)).json["own"] is True
