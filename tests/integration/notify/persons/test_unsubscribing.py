"""A link in a mail ends that kind of mail when something is posted to it, and changes nothing when it is fetched."""

from email.message import EmailMessage

from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.persons.links import Links
from services.notify.shared.values import Way
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.records import a_case, cancelled, registered, scheduled
from tests.unit.notify.given import DAY, NAMES, NOW, RESIDENT

ORIGIN = "https://board.example.org"


async def mailed(house: House, mailbox: Mailbox) -> list[EmailMessage]:
    gateway = EmailGateway(SmtpServer("127.0.0.1", mailbox.port, "board@example.org", seconds=5), house.clock)
    links = Links(house.persons.secret, ORIGIN)
    sender = Delivery(
        house.notices, house.persons, {Way.EMAIL: gateway}, Wording(NAMES), Pacing(house.db), house.clock, links=links
    )
    mailbox.taken.clear()
    await sender.once()
    return mailbox.taken


async def test_fetching_changes_nothing_and_posting_ends_that_kind_alone(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    (mail,) = await mailed(house, mailbox)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(ORIGIN).removeprefix("/api/notify/v1")
    for method in ("GET", "HEAD", "OPTIONS") * 10:
        asked = await api.call(None, method, path)
        assert asked.status_code in (200, 204, 405)
    assert "确认退订" in (await api.call(None, "GET", path)).text
    assert (await house.persons.get("resident-1")).aggregate.choices.muted == {}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        posted = await api.send(None, "POST", path, form, content=b"List-Unsubscribe=One-Click")
        assert (posted.status_code, "已退订" in posted.text) == (200, True), posted.text
    choices = (await house.persons.get("resident-1")).aggregate.choices
    assert choices.muted == {"case-verified": frozenset({Way.EMAIL})}
    assert (await api.call(None, "GET", path)).status_code == 200
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert [(each["what"], each["given"], each["how"]) for each in me["consents"]] == [
        ("case-verified.email", False, "link")
    ]
    house.now = NOW + DAY
    await house.take([*a_case("case-2"), scheduled(NOW + 3 * DAY), registered("resident-1", 2, NOW + 3 * DAY)])
    await house.take([cancelled(3)])
    sent = {mail["Subject"]: mail for mail in await mailed(house, mailbox)}
    assert not any("已整改" in subject for subject in sent)
    (mandatory,) = [mail for subject, mail in sent.items() if "取消" in subject]
    assert mandatory["List-Unsubscribe"] is None, "what is mandatory can't be ended"


async def test_a_link_that_we_did_not_make_does_nothing(house: House, api: Api) -> None:
    await house.know("resident-1")
    for token in ("x", "cmVzaWRlbnQtMR9jYXNlLXZlcmlmaWVkH2VtYWls." + "0" * 40, "..", "%00.a"):
        for method in ("GET", "POST"):
            assert (await api.call(None, method, f"/unsubscribe/{token}")).status_code in (404, 422, 400)
    assert (await house.persons.get("resident-1")).aggregate.choices.muted == {}
