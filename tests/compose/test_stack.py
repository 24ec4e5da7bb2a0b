"""What docker-compose.yml brings up: the same system as everywhere, with closed doors."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from tests.compose.stack import LASTING, Stack
from tests.e2e import threads
from tests.e2e.house import SERVICES

pytestmark = pytest.mark.timeout(3600)

_UNAUTHORIZED = 13
_TOO_LARGE = 65 * 1024 * 1024
_LOAD_ALL = """
import importlib, pkgutil, sys
for top in sys.argv[1:]:
    for module in pkgutil.walk_packages(importlib.import_module(top).__path__, f"{top}."):
        if module.name != "services.chassis.kafka.users" or "services.issues" in sys.argv:  # of jobs there
            importlib.import_module(module.name)
"""


async def test_a_finding_is_put_right(stack: Stack) -> None:
    await threads.a_finding_is_put_right(stack.house().elsewhere())


async def test_an_activity_is_attended(stack: Stack) -> None:
    await threads.an_activity_is_attended(stack.house().elsewhere())


async def test_the_addresses_are_those_of_the_demo(stack: Stack) -> None:
    pages = ["/board/", "/livez", "/readyz"]
    pages += [f"/api/{name}/{page}" for name in SERVICES for page in ("docs", "openapi.json", "asyncapi", "readyz")]
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, follow_redirects=True) as http:
        answers = {page: await http.get(page) for page in pages}
        assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
        astray = [answer.url for answer in answers.values() if not str(answer.url).startswith(stack.url)]
        assert not astray, "a redirect leads away from the edge"
        for name in SERVICES:
            assert (await http.get(f"/api/{name}/v1/nothing")).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/metrics", *[f"/api/{name}/metrics" for name in SERVICES]])
async def test_figures_stay_inside(stack: Stack, path: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        assert (await http.get(path)).status_code == 404


async def test_a_token_made_in_one_container_is_believed_in_all(stack: Stack) -> None:
    command = "python -m services token --role staff --community yangguang --sub staff-1"
    token = stack.compose("exec", "-T", "issues", *command.split()).strip()
    async with httpx.AsyncClient(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        for path in (
            "/api/issues/v1/cases?community=yangguang",
            "/api/volunteers/v1/volunteers?community=yangguang",
            "/api/events/v1/activities?community=yangguang",
            "/api/notify/v1/me/notices",
        ):
            answer = await http.get(path)
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("service", LASTING)
def test_nobody_is_root_and_nothing_is_reached_from_other_machines(stack: Stack, service: str) -> None:
    assert stack.inside(service, "id", "-u").stdout.strip() not in ("", "0")
    host = stack.inspect(service)["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["Privileged"]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    bound = [place["HostIp"] for places in (host["PortBindings"] or {}).values() for place in places]
    assert set(bound) <= {"127.0.0.1"}
    assert bool(bound) == (service in ("edge", "kafka", "mongodb"))


@pytest.mark.parametrize("service", LASTING)
def test_the_root_file_system_is_read_only(stack: Stack, service: str) -> None:
    assert stack.inspect(service)["HostConfig"]["ReadonlyRootfs"]
    mounts = stack.inside(service, "cat", "/proc/mounts").stdout.splitlines()
    root = next(line.split()[3].split(",") for line in mounts if line.split()[1] == "/")
    assert "ro" in root


@pytest.mark.parametrize(
    ("library", "where"),
    [("ortools", "volunteers"), ("sklearn", "issues"), ("pikepdf", "issues"), ("mutagen", "issues")],
)
def test_a_large_library_is_where_it_is_needed(stack: Stack, library: str, where: str) -> None:
    having = {name for name in SERVICES if stack.inside(name, "python", "-c", f"import {library}").returncode == 0}
    assert having == {where}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_is_loaded_late_was_left_out(stack: Stack, service: str) -> None:
    ended = stack.inside(service, "python", "-c", _LOAD_ALL, f"services.{service}", "services.chassis")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("user", SERVICES)
def test_a_service_reads_its_own_database_and_no_other(stack: Stack, user: str) -> None:
    with MongoClient[dict[str, object]](stack.mongodb(user)) as client:
        own = client[f"community_{user}"]
        assert own.list_collection_names()
        others = [f"community_{name}" for name in SERVICES if name != user]
        for other in (*others, "admin", "local", "config"):
            for act in (
                lambda other=other: client[other]["probe"].find_one(),
                lambda other=other: client[other]["probe"].insert_one({}),
                lambda other=other: client[other].list_collection_names(),
                lambda other=other: client[other].command("usersInfo"),
            ):
                with pytest.raises(OperationFailure) as refusal:
                    act()
                assert refusal.value.code == _UNAUTHORIZED
        assert set(client.list_database_names()) == {own.name}


def test_without_a_password_nothing_is_read(stack: Stack) -> None:
    place = urlsplit(stack.mongodb("root")).netloc.rpartition("@")[2]
    with MongoClient[dict[str, object]](f"mongodb://{place}/?directConnection=true") as client:
        with pytest.raises(OperationFailure) as refusal:
            client["community_issues"]["cases"].find_one()
        assert refusal.value.code == _UNAUTHORIZED


def test_production_refuses_what_was_ever_published(stack: Stack) -> None:
    known = ("-e", "ENVIRONMENT=production", "-e", "NOTIFY_MONGODB_PASSWORD=trying-it-out")
    with pytest.raises(AssertionError, match="NOTIFY_MONGODB_PASSWORD is one that this project has published"):
        stack.compose("run", "--rm", "--no-deps", "-T", *known, "secrets")
    url = "MONGODB_URL=mongodb://notify:trying-it-out@mongodb/"
    with pytest.raises(AssertionError, match="MONGODB_URL holds a secret that this project has published"):
        stack.compose("run", "--rm", "--no-deps", "-T", "-e", "ENVIRONMENT=test", "-e", url, "notify")


def test_each_secret_is_read_by_its_reader_alone(stack: Stack) -> None:
    for name in SERVICES:
        seen = stack.inside(name, "ls", "/run/secrets").stdout.split()
        own = {"issues": {"contact-keys"}, "notify": {"endpoint-key"}}
        assert set(seen) == {"mongodb-url", "kafka-password", *own.get(name, ())}
        assert stack.inside(name, "sh", "-c", "echo x > /run/secrets/mongodb-url").returncode != 0
    modes = stack.inside("mongodb", "sh", "-c", "stat -c '%u %a' /run/secrets/*").stdout.splitlines()
    assert set(modes) == {"999 400"}


def test_what_was_made_is_changed_for_all_at_once(stack: Stack) -> None:
    before = {user: stack.password(user) for user in ("root", *SERVICES)}
    rotate = ("python", "-m", "services", "secrets", "/secrets")
    stack.compose("run", "--rm", "--no-deps", "-T", "secrets", *rotate)
    assert {user: stack.password(user) for user in before} == before
    for _ in range(2):  # who forgets the `up` and types it again
        stack.compose("run", "--rm", "--no-deps", "-T", "secrets", *rotate, "--rotate")
    stack.compose("up", "--detach", "--force-recreate", "--wait", "--wait-timeout", "300", within=600)
    after = {user: stack.password(user) for user in before}
    assert all(after[user] != before[user] for user in before)
    with MongoClient[dict[str, object]](stack.mongodb("root")) as client:
        assert client["community_issues"].list_collection_names()


def test_a_system_outside_is_let_in_and_out_again(stack: Stack) -> None:
    access = ("run", "--rm", "--no-deps", "-T", "kafka-users", "python", "-m", "services", "access")
    assert "sasl.username=city-desk" in stack.compose(*access, "subscriber", "city-desk")
    assert "city-desk: " in stack.compose(*access, "list")
    stack.compose(*access, "revoke", "city-desk")
    assert "city-desk" not in stack.compose(*access, "list")


def test_whoever_looks_after_figures_has_a_password(stack: Stack) -> None:
    assert stack.compose("run", "--rm", "--no-deps", "-T", "secrets", "cat", "/secrets/grafana/admin").strip()


def test_dead_letters_are_listed(stack: Stack) -> None:
    assert stack.compose("run", "--rm", "--no-deps", "-T", "topics", "python", "-m", "services", "dlq", "list") == ""


def test_topics_are_made_again_and_states_told_again(stack: Stack) -> None:
    stack.compose("run", "--rm", "-T", "topics")
    stack.compose("exec", "-T", "issues", "python", "-m", "services", "restate", "issues")


def test_a_secret_of_a_provider_is_read_by_notify(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("a word of the mail server\n")
    name, _, place = stack.put_password(tmp_path / "word").partition("=")
    assert name == "NOTIFY_SMTP_PASSWORD_FILE"
    assert stack.inside("notify", "cat", place).stdout == "a word of the mail server"
    stack.compose("run", "--rm", "--no-deps", "-T", "secrets", "rm", place.replace("/run/secrets", "/secrets/notify"))


async def test_a_service_is_two_and_one_again(stack: Stack) -> None:
    for count in (2, 1):
        scaled = ("--scale", f"issues={count}", "--wait", "--wait-timeout", "300")
        stack.compose("up", "--detach", "--no-build", *scaled, within=600)
        assert len(stack.compose("ps", "--quiet", "issues").split()) == count
    await stack.well()


def test_down_and_up_keep_what_is_stored(stack: Stack) -> None:
    def stored() -> int:
        with MongoClient[dict[str, object]](stack.mongodb("root")) as client:
            return client["community_issues"]["journal"].count_documents({})

    before = stored()
    assert before
    stack.compose("down", "--timeout", "60", within=300)
    stack.up()
    assert stored() >= before


async def test_what_was_kept_is_put_back(stack: Stack, tmp_path: Path) -> None:
    archive = tmp_path / "community.tgz"
    with pytest.raises(AssertionError, match="MongoDB is at work"):
        stack.keep(archive)
    before = {user: stack.password(user) for user in ("root", *SERVICES)}
    with MongoClient[dict[str, object]](stack.mongodb("root")) as client:
        stored = client["community_issues"]["journal"].count_documents({})
    stack.compose("stop", within=300)
    stack.keep(archive)
    with pytest.raises(AssertionError, match="Something is stored here"):
        stack.put_back(archive)
    stack.compose("down", "--volumes", "--timeout", "60", within=300)
    stack.put_back(archive)
    stack.up()
    assert {user: stack.password(user) for user in before} == before
    with MongoClient[dict[str, object]](stack.mongodb("root")) as client:
        assert client["community_issues"]["journal"].count_documents({}) >= stored > 0
    await threads.a_finding_is_put_right(stack.house().elsewhere())


async def test_what_is_too_large_for_the_edge_is_refused_as_a_service_refuses_it(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as http:
        large = await http.post("/api/issues/v1/photos", content=bytes(_TOO_LARGE))
    assert (large.status_code, large.headers["content-type"]) == (413, "application/problem+json")
    assert large.json()["code"] == "body.too-large"


async def test_the_edge_is_ready_where_all_services_are(stack: Stack) -> None:
    await stack.well()
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        ready = await http.get("/readyz")
        told = ready.json()
        assert (ready.status_code, told["ready"], set(told["services"])) == (200, True, set(SERVICES))
        stack.kill("events")
        try:
            unready = await http.get("/readyz")
            alive = await http.get("/livez")
            away = await http.get("/api/events/v1/activities")
        finally:
            stack.start("events")
    told = unready.json()
    assert (unready.status_code, told["ready"]) == (503, False)
    assert {name for name, facts in told["services"].items() if not facts["ready"]} == {"events"}
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
    assert away.json()["code"] == "service-away"
    assert away.headers["retry-after"]
    await stack.well()


async def test_behind_another_proxy_each_caller_has_an_allowance_of_their_own(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:

        async def asked(*forwarded: str) -> int:
            told = {"X-Forwarded-For": ", ".join(forwarded)}
            return (await http.get("/api/events/v1/activities?community=yangguang", headers=told)).status_code

        used_up = False
        for _ in range(400):
            used_up = used_up or await asked("203.0.113.7") == 429
        assert used_up
        assert await asked("203.0.113.8") == 200
        assert await asked("203.0.113.9", "203.0.113.7") == 429, "what a caller says of itself was believed"
