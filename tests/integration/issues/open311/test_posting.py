"""A form becomes a case: where, with which answers and pictures, by whom; and once, however often it is sent."""

import asyncio
from io import BytesIO
from typing import Any

import orjson
from PIL import Image

from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.issues.cases.numbers import Numbers
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.open311.create import Sender, Taking
from services.issues.open311.keys import Keys
from services.issues.privacy.sealing import fresh_key
from tests.integration.issues.calling import OPERATOR, Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.open311.desk import FORM, LAT, LON, STEP, Desk, a_key, a_place
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, NEIGHBOUR, STAFF

PHONE, EMAIL = "13812345678", "li.lei@example.org"


async def test_the_fields_that_were_sent_stand_in_the_case_and_are_told_to_nobody_else(
    desk: Desk, api: Api, store: Kept
) -> None:
    sent = {
        "description": "楼道灯不亮，请尽快修理。\r\n我的电话在下面",
        "lat": str(LAT + 0.0001),
        "long": str(LON + STEP),
        "address_string": "1号楼3单元门口",
        "first_name": "磊",
        "last_name": "李",
        "phone": PHONE,
        "email": EMAIL,
        "device_id": "device-7",
        "account_id": "account-7",
        "media_url": "http://127.0.0.1:1/secret.jpg",
    }
    id = await desk.requested(**sent)
    case = (await api.get(STAFF, f"/cases/{id}")).json
    assert (case["channel"], case["status"], case["category"]) == ("open311", "reported", "lighting")
    assert case["inside"]["text"].startswith("楼道灯不亮，请尽快修理。\n我的电话")
    assert "http://127.0.0.1:1/secret.jpg" in case["inside"]["text"]
    assert case["inside"]["spot"] == "1号楼3单元门口"
    point = case["inside"]["point"]
    assert (round(point["lon"], 4), round(point["lat"], 4)) == (round(LON + STEP, 4), round(LAT + 0.0001, 4))
    assert case["contact"] == {"name": "磊 李", "phone": PHONE, "email": EMAIL, "relation": "self"}
    kept = orjson.dumps(await store.cases.collection.find_one({"_id": id}), default=str).decode()
    public = (await desk.get("requests", f"/requests/{id}")).value
    neighbour = (await api.get(NEIGHBOUR, f"/cases/{id}")).json
    for secret in (PHONE, EMAIL, "device-7", "account-7"):
        assert secret not in kept
    for secret in (PHONE, EMAIL, "磊", "请尽快修理", "3单元", "secret.jpg", "device-7"):
        assert secret not in str(public) + str(neighbour)
    [told] = public
    assert (told["description"], told["address"], told["media_url"]) == (told["service_name"], "都市小区 1号楼", None)
    assert (told["lat"], told["long"]) == (LAT, LON + STEP)


async def test_pictures_of_every_field_name_are_kept_as_drawings(desk: Desk, api: Api) -> None:
    located = Image.Exif()
    located[0x010F] = "SpyCam"
    out = BytesIO()
    Image.new("RGB", (300, 200), "blue").save(out, "JPEG", exif=located)
    files = [
        ("media", ("../../etc/passwd", out.getvalue(), "text/html")),
        ("media[]", ("a.png", a_picture("red"), "image/png")),
        ("photo1", ("b.png", a_picture("green"), "image/png")),
        ("file_extra", ("c.png", a_picture("yellow"), "image/png")),
        ("photo2", ("", b"", "application/octet-stream")),
    ]
    data = {"service_code": "lighting", "address_string": "1号楼"}
    id = (await desk.post("taken", data=data, files=files)).only["service_request_id"]
    before = (await api.get(STAFF, f"/cases/{id}")).json["inside"]["before"]
    assert len(before) == 4
    drawn = Image.open(BytesIO((await api.get(STAFF, f"/photos/{before[0]}")).content))
    assert (drawn.format, dict(drawn.getexif())) == ("JPEG", {})
    assert (await api.get(None, f"/photos/{before[0]}")).status == 401


async def test_a_place_may_be_given_by_id_coordinates_or_words(
    desk: Desk, api: Api, places: tuple[str, list[str]]
) -> None:
    house = places[1][2]
    floor = await a_place(api, kind="floor", parent=house, number=7)
    for given, building, storey in (
        ({"address_id": floor}, house, 7),
        ({"address_string": "都市小区 2号楼三层"}, places[1][1], 3),
        ({"address_string": "都市小区 2号楼 99层"}, places[1][1], None),
        ({"lat": str(LAT), "long": str(LON + 2 * STEP)}, places[1][1], None),
        ({"lat": str(LAT - 0.01), "long": str(LON)}, None, None),
        ({"lat": str(LAT - 0.01), "long": str(LON), "address_string": "Building 3"}, house, None),
    ):
        body = {"service_code": "lighting", **given}
        id = (await desk.post("taken", data=body)).only["service_request_id"]
        case = (await api.get(STAFF, f"/cases/{id}")).json
        assert (case["building"], case["inside"]["floor"]) == (building, storey), given


async def test_answers_are_checked_against_the_questions(desk: Desk, api: Api) -> None:
    questions: list[dict[str, Any]] = [
        {"code": "since", "kind": "datetime", "zh": "何时开始", "en": "Since when", "required": True},
        {"code": "lamps", "kind": "number", "zh": "几盏", "en": "How many"},
        {
            "code": "signs",
            "kind": "multivaluelist",
            "zh": "现象",
            "en": "Signs",
            "choices": [{"code": c, "zh": c, "en": c} for c in ("dark", "flickers", "hangs")],
        },
        {
            "code": "where",
            "kind": "singlevaluelist",
            "zh": "哪里",
            "en": "Where",
            "choices": [{"code": c, "zh": c, "en": c} for c in ("stairs", "yard")],
        },
    ]
    lighting = RESIDENTIAL.category("lighting").model_dump(mode="json") | {"questions": questions}
    adopted = await api.put(OPERATOR, f"/catalogues/{HERE}/categories/lighting", {"category": lighting})
    assert adopted.status == 200, adopted.json
    asked = (await desk.get("definition", "/services/lighting")).value["attributes"]
    assert [each["order"] for each in asked] == [1, 2, 3, 4]
    base = {"service_code": "lighting", "address_string": "1号楼"}
    wrong = {"attribute[lamps]": "many", "attribute[signs][]": ["dark", "sings"], "attribute[colour]": "red"}
    said = await desk.post("errors", data={**base, **wrong}, headers={"Accept-Language": "en"})
    told = {each["description"].split()[0] for each in said.value}
    assert (said.status, told) == (400, {f"attribute[{code}]" for code in ("since", "lamps", "signs", "colour")})
    right = {
        "attribute[since]": "2026-01-02T09:30:00+08:00",
        "attribute[lamps]": "3",
        "attribute[signs][]": ["hangs", "dark"],
        "attribute[where]": "stairs",
    }
    id = (await desk.post("taken", data={**base, **right})).only["service_request_id"]
    answers = (await api.get(STAFF, f"/cases/{id}")).json["inside"]["answers"]
    expected = {"since": "2026-01-02T01:30:00+00:00", "lamps": 3, "signs": ["dark", "hangs"], "where": "stairs"}
    assert answers == expected
    for signs in (["hangs", "dark"], ["dark", "hangs"]):
        repeated = {**base, "attribute[since]": "2026-01-02t09:30:00z", "attribute[signs]": signs}
        id = (await desk.post("taken", data=repeated)).only["service_request_id"]
        assert (await api.get(STAFF, f"/cases/{id}")).json["inside"]["answers"]["signs"] == ["dark", "hangs"]
    twice = {**base, "attribute[since]": "2026-01-02T09:30:00Z", "attribute[where]": ["stairs", "yard"]}
    said = await desk.post("errors", data=twice, headers={"Accept-Language": "en"})
    assert [each["description"].split()[0] for each in said.value] == ["attribute[where]"]
    one = {**base, "attribute[since]": "2026-01-02T09:30:00Z", "attribute[signs]": "dark"}
    id = (await desk.post("taken", data=one)).only["service_request_id"]
    [extended] = (await desk.get("extended", f"/requests/{id}", extensions="true")).value
    assert extended["attributes"] == [{"code": "signs", "label": "Signs", "values": [{"key": "dark", "name": "dark"}]}]
    assert extended["extended_attributes"]["channel"] == "open311"


async def test_the_same_form_sent_again_is_the_same_case(desk: Desk, api: Api, store: Kept) -> None:
    form = {"service_code": "lighting", "address_string": "1号楼", "description": "灯坏了"}
    files = {"media": ("a.png", a_picture("red"), "image/png")}
    sent = await asyncio.gather(*(desk.post("taken", data=form, files=files) for _ in range(4)))
    assert len({said.only["service_request_id"] for said in sent}) == 1
    other = await desk.post("taken", data=form, files={"media": ("a.png", a_picture("blue"), "image/png")})
    assert other.only["service_request_id"] != sent[0].only["service_request_id"]
    another_system = Desk(api, (await a_key(api))["api_key"])
    theirs = await another_system.post("taken", data=form, files=files)
    assert theirs.only["service_request_id"] != sent[0].only["service_request_id"]
    assert await store.cases.collection.count_documents({}) == 3

    key = {"Idempotency-Key": "request-1"}
    first = await desk.post("taken", data={**form, "description": "一"}, headers=key)
    assert (await desk.post("taken", data={**form, "description": "一"}, headers=key)).value == first.value
    reused = await desk.post("errors", data={**form, "description": "二"}, headers=key)
    assert reused.status == 400


async def test_the_same_fields_in_another_order_are_the_same_case(desk: Desk, store: Kept) -> None:
    form = {"api_key": desk.key, "service_code": "lighting", "address_string": "1号楼", "description": "灯坏了"}
    kinds: list[dict[str, Any]] = [{}, {"files": {"media": ("a.png", a_picture("red"), "image/png")}}]
    for more in kinds:
        found = set()
        for order in (list(form), list(reversed(form)), sorted(form)):
            answer = await desk.raw("POST", "/requests.json", data={name: form[name] for name in order}, **more)
            found.add(answer.json()[0]["service_request_id"])
        assert len(found) == 1
    assert await store.cases.collection.count_documents({}) == len(kinds)


async def test_the_same_report_that_is_written_otherwise_is_the_same_case(desk: Desk, api: Api, store: Kept) -> None:
    """A client that trims, or prints numbers and times in another way, when it sends again."""
    questions = [
        {"code": "since", "kind": "datetime", "zh": "何时开始", "en": "Since when"},
        {"code": "lamps", "kind": "number", "zh": "几盏", "en": "How many"},
    ]
    lighting = RESIDENTIAL.category("lighting").model_dump(mode="json") | {"questions": questions}
    adopted = await api.put(OPERATOR, f"/catalogues/{HERE}/categories/lighting", {"category": lighting})
    assert adopted.status == 200, adopted.json
    form = {
        "service_code": "lighting",
        "address_string": "1号楼",
        "lat": "31.2304",
        "long": "121.4737",
        "description": "灯坏了\n三天",
        "first_name": "Lei",
        "phone": "(0311) 8888-8888",
        "attribute[since]": "2026-01-02T09:30:00+08:00",
        "attribute[lamps]": "3",
    }
    again: list[dict[str, str]] = [
        {name: f" {text} " for name, text in form.items()},
        {"lat": "31.23040", "long": "+121.47370"},
        {"description": "灯坏了\r\n三天 "},
        {"phone": "0311 8888-8888", "first_name": "Lei  "},
        {"attribute[since]": "2026-01-02t01:30:00z", "attribute[lamps]": "3.0"},
    ]
    sent = {await desk.requested(**form)}
    for written in again:
        said = await desk.post("taken", data={**form, **written, "api_key": f"{desk.key} "})
        sent.add(said.only["service_request_id"])
    assert len(sent) == 1
    assert await desk.requested(**{**form, "attribute[lamps]": "4"}) not in sent
    assert await store.cases.collection.count_documents({}) == 2
    for number in ("31_2.304", "31,2304", "0x1F", "1e999"):
        said = await desk.post("errors", data={**form, "lat": number})
        assert said.status == 400, number


async def test_of_a_requests_id_nobody_can_try_what_was_in_the_form(desk: Desk, store: Kept, db: Database) -> None:
    """A plain digest of the form would let who reads the rest of it try phone numbers, even after erasure."""
    [key] = await Keys(db, utc_now).of(HERE, OPERATOR)
    numbers = Numbers(db, utc_now, {})
    taking = Taking(store.cases, store.catalogues, store.places, store.photos, store.vault, utc_now, numbers, {})
    made = []
    for repeat in (None, "1"):
        for secret in (fresh_key(), fresh_key()):
            store.vault._secret = secret
            made += [await taking.token("digest", Sender(key, repeat, "zh")) for _ in range(2)]
    assert made[::2] == made[1::2]
    assert len(set(made)) == 4


async def test_a_form_that_can_not_be_taken_changes_nothing(desk: Desk, store: Kept) -> None:
    base = {"service_code": "lighting", "address_string": "1号楼"}
    picture = {"media": ("a.png", a_picture(), "image/png")}
    cases: list[tuple[int, dict[str, Any]]] = [
        (403, {"data": {**base, "api_key": ""}}),
        (403, {"data": {**base, "api_key": "o311_made-up"}}),
        (400, {"data": {"address_string": "1号楼"}}),
        (404, {"data": {**base, "service_code": "nothing"}}),
        (400, {"data": {"service_code": "lighting"}}),
        (400, {"data": {"service_code": "lighting", "lat": "31.2"}}),
        (400, {"data": {**base, "lat": "north", "long": "1"}}),
        (400, {"data": {**base, "lat": "nan", "long": "1"}}),
        (400, {"data": {**base, "lat": "91", "long": "1"}}),
        (400, {"data": {"service_code": "lighting", "lat": "48.1", "long": "11.5"}}),
        (400, {"data": {"service_code": "lighting", "address_id": "place-nowhere"}}),
        (404, {"data": {**base, "jurisdiction_id": "atlantis"}}),
        (400, {"data": {**base, "description": "长" * 4001}}),
        (400, {"data": {**base, "description": "\ufffd"}}),
        (400, {"data": {**base, "media_url": "file:///etc/passwd"}}),
        (400, {"data": {**base, "media_url": "javascript:alert(1)"}}),
        (400, {"data": {**base, "attribute[nothing]": "x"}}),
        (400, {"data": {**base, "attribute[WHISPAWN]": "123456"}}),
        (400, {"data": {**base, "attribute[$where][]": "x"}}),
        (400, {"data": base, "files": {"media": ("a.png", b"%PDF-1.7", "image/png")}}),
        (400, {"data": base, "files": {"virus": ("a.exe", b"MZ", "application/octet-stream")}}),
        (400, {"data": base, "files": [("media[]", (f"{n}.png", a_picture(), "image/png")) for n in range(11)]}),
        (400, {"data": {**base, **{f"field{n}": "x" for n in range(300)}}, "files": picture}),
    ]
    for status, content in cases:
        for form in ("json", "xml"):
            said = await desk.post("errors", form=form, **content)
            assert said.status == status, content
            assert {each["code"] for each in said.value} == {str(status)}
    assert await store.cases.collection.count_documents({}) == 0
    assert (await desk.post("taken", data={**base, "description": "长" * 4000})).status == 200


async def test_a_contact_that_can_not_be_kept_is_left_out_and_told(desk: Desk, api: Api) -> None:
    base = {"service_code": "lighting", "address_string": "1号楼", "first_name": "磊", "email": EMAIL}
    for wrong, kept, zh, en in (
        ({"phone": "call me"}, {"name": "磊", "email": EMAIL}, "电话", "the phone"),
        ({"email": "nobody", "phone": PHONE}, {"name": "磊", "phone": PHONE}, "电子邮箱", "the e-mail address"),
        ({"last_name": "李" * 500, "email": "x" * 500}, None, "姓名、电子邮箱", "the name, the e-mail address"),
    ):
        data = {**base, **wrong, "device_id": "d" * 500}
        said = [
            (await desk.post("taken", data=data, headers={"Accept-Language": language})).only
            for language in ("zh", "en")
        ]
        assert said[0]["service_request_id"] == said[1]["service_request_id"]
        assert zh in said[0]["service_notice"]
        assert en in said[1]["service_notice"]
        contact = (await api.get(STAFF, f"/cases/{said[0]['service_request_id']}")).json["contact"]
        assert ({name: text for name, text in contact.items() if text and name != "relation"} if kept else None) == kept
    assert (await desk.post("taken", data={**base, "phone": PHONE})).only["service_notice"] is None


async def test_a_form_is_in_utf8_or_in_gbk_whatever_it_says_of_itself(desk: Desk, api: Api) -> None:
    """Letters that are sent as they are, as curl sends them; and a charset that is none, or not a form's."""
    plain = f"api_key={desk.key}&service_code=lighting&address_string=2号楼&description=灯坏了"
    bodies = [(FORM, plain), (f"{FORM}; charset=gbk", plain.replace("灯坏了", "%E7%81%AF坏了 "))]
    bodies.append((f"{FORM}; charset=gb2312", plain))
    parts = [field.split("=") for field in plain.split("&")]
    whole = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    for charset in ("utf-8", "undefined", "punycode", "utf-16", "unicode_escape", "zip", "\x7e", '"'):
        bodies.append((f"multipart/form-data; boundary=x; charset={charset}", f"{whole}--x--\r\n"))
    for kind, body in bodies:
        encoding = "gbk" if kind.endswith("gb2312") else "utf-8"
        content, headers = body.encode(encoding), {"Content-Type": kind}
        answer = await desk.raw("POST", "/requests.json", content=content, headers=headers)
        assert answer.status_code == 200, (kind, answer.text)
        case = (await api.get(STAFF, f"/cases/{answer.json()[0]['service_request_id']}")).json
        assert (case["inside"]["text"], case["inside"]["spot"]) == ("灯坏了", "2号楼"), kind


async def test_forms_that_other_systems_write_otherwise_are_taken_all_the_same(desk: Desk, api: Api) -> None:
    id = await desk.requested(phone="(0311) 8888-8888", media_url="http://example.org/\x00a\x01.jpg")
    case = (await api.get(STAFF, f"/cases/{id}")).json
    assert case["contact"]["phone"] == "0311 8888-8888"
    assert case["inside"]["text"] == "[media_url] http://example.org/a.jpg"


async def test_bodies_that_are_no_forms_are_not_read(desk: Desk, store: Kept) -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>'
        "<request><service_code>&b;</service_code></request>"
    )
    for kind, body in (
        ("text/xml", bomb),
        ("application/xml", bomb),
        ("application/json", '{"service_code": "lighting"}'),
        ("application/json", "{"),
        ("text/plain", "service_code=lighting"),
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=x", "--x\r\nbroken"),
        (FORM, "a=" + "b" * 2_000_000),
        (FORM, "a=&" * 201),
        (FORM, "&" * 1_000_000),
        ("multipart/form-data; boundary=", "--\r\n\r\n----"),
        ("", ""),
    ):
        for form in ("json", "xml"):
            headers = {"Content-Type": kind}
            answer = await desk.raw("POST", f"/requests.{form}", content=body.encode(), headers=headers)
            assert answer.status_code in {400, 403}, (kind, answer.text)
            assert b"passwd" not in answer.content
            assert b"root:" not in answer.content
    assert await store.cases.collection.count_documents({}) == 0
