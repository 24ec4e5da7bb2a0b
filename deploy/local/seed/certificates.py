"""A certificate of service: the volunteer with the most hours asks for one, and gets it after a week's notice."""

from typing import Any

from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import staff, volunteer

ACCOUNTS = "/api/volunteers/v1/accounts"
CERTIFICATES = "/api/volunteers/v1/certificates"
RECORDS = "/api/volunteers/v1/records"
_ISSUER = {
    "name": "阳光社区居民委员会",
    "head": "居委会主任",
    "handler": "志愿服务专员",
    "contact": "居委会服务大厅",
}
_DONE = {"certificate.not-now", "certificate.nothing-on-record"}


async def ask(api: Api) -> None:
    """Staff enter who the volunteer is and what they have learnt; the volunteer asks."""
    desk = staff(api)
    if await desk.all(CERTIFICATES):
        return
    accounts = await desk.all(ACCOUNTS)
    most = max(accounts, key=lambda account: (account["minutes"], account["volunteer"]), default=None)
    if most is None or not most["minutes"]:
        return
    person = most["volunteer"]
    whose = {"community": COMMUNITY, "person": person}
    who = {"name": f"志愿者（{person}）", "document": "other", "document_number": f"DEMO-{person}"}
    await desk.post(f"{RECORDS}/identify", {**whose, "identity": who}, what=f"Identifying {person}")
    training: dict[str, Any] = {**whose, "part": "training", "title": "老年人照护基础", "minutes": 120}
    training["on"] = most["entries"][0]["on"]
    await desk.post(f"{RECORDS}/enter", training, what=f"Entering a training of {person}", once=f"training {person}")
    body = {"community": COMMUNITY, "purpose": "年度评优"}
    await volunteer(api, person).post(CERTIFICATES, body, what="Asking for a certificate", once=f"certificate {person}")


async def issue(api: Api) -> int:
    """Issue what was posted long enough; how many certificates there are."""
    desk = staff(api)
    for posted in await desk.all(CERTIFICATES, status="posted"):
        body = {"issuer": _ISSUER}
        address = f"{CERTIFICATES}/{posted['id']}/issue"
        await desk.post(address, body, what=f"Issuing the certificate of {posted['person']}", unless=_DONE)
    return len(await desk.all(CERTIFICATES, status="issued"))
