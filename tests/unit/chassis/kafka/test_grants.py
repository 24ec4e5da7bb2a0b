"""What each service may do on Kafka is what it does there, and no more."""

import pytest

from services.chassis.clock import utc_now
from services.chassis.kafka.grants import Grant, NameOfServices, of_scaler, of_service, of_subscriber
from services.chassis.room import open_rooms
from services.chassis.runtime import Runtime
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import connect, database
from services.chassis.telemetry.metrics import Metrics
from services.contracts.topics import ISSUES, READ_BY, TOPICS
from services.topology import SERVICES, service


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_reads_what_its_rooms_subscribe_to(name: str) -> None:
    found = service(name)
    settings = found.settings(environment="test", mongodb_url="mongodb://127.0.0.1:1/", kafka_bootstrap="127.0.0.1:1")
    client = connect(settings.mongodb_url, application="grants")  # it connects at its first use, and has none
    store = database(client, "none")
    runtime = Runtime(settings, utc_now, store, Journal(store), Metrics(), {}, found.kinds)
    subscribed, granted = {*open_rooms(found.rooms(runtime), runtime).topics}, {*READ_BY[name]}
    assert subscribed == granted, (
        f"The rooms of {name} subscribe to {sorted(subscribed - granted)} and may not read it, or no more to "
        f"{sorted(granted - subscribed)}: READ_BY (services/contracts/topics.py) and its user in "
        "deploy/kubernetes/components/strimzi/users.yaml say what a service reads."
    )
    client.close()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_its_own_topics_and_letters_about_those_that_it_reads(name: str) -> None:
    grants = of_service(name, prefix="p.")
    written = {grant.name for grant in grants if grant.act == "WRITE"}
    own = {f"p.{each}" for topic in TOPICS if topic.service == name for each in (topic.name, topic.state)}
    assert {each for each in written if not each.endswith(".dlq")} == own
    letters = {f"p.{topic.dead_letters}" for topic in TOPICS if {topic.name, topic.state} & set(READ_BY[name])}
    assert written - own == letters
    assert {grant for grant in grants if grant.on == "GROUP"} == {Grant("GROUP", f"p.community.{name}", "READ")}


def test_a_subscriber_only_reads() -> None:
    grants = of_subscriber("city-desk", [ISSUES])
    assert {grant.act for grant in grants} == {"READ"}
    assert {grant.name for grant in grants if grant.on == "TOPIC"} == {ISSUES.name, ISSUES.state}
    assert {(grant.name, grant.prefixed) for grant in grants if grant.on == "GROUP"} == {
        ("city-desk", False),
        ("city-desk.", True),
    }


@pytest.mark.parametrize(
    ("prefix", "name", "group"),
    [
        ("", "community", "community.issues"),
        ("district.", "district", "district.community.issues"),
        ("city.district-", "city", "city.district-community.issues"),
        ("city-", "city-community", "city-community.issues"),
    ],
)
def test_a_subscriber_is_not_called_as_groups_of_services_begin(prefix: str, name: str, group: str) -> None:
    with pytest.raises(NameOfServices, match=r"^subscriber-name-of-services") as refused:
        of_subscriber(name, prefix=prefix)
    assert refused.value.sentence("en").startswith(f"No subscriber may be called {name}: the group {group} of")


@pytest.mark.parametrize(
    ("prefix", "name"),
    [("", "communit"), ("", "community-desk"), ("district.", "community"), ("district.", "dist"), ("city-", "city")],
)
def test_another_name_may_begin_alike(prefix: str, name: str) -> None:
    of_service_groups = {grant.name for each in SERVICES for grant in of_service(each, prefix=prefix)}
    groups = {grant for grant in of_subscriber(name, prefix=prefix) if grant.on == "GROUP"}
    assert {grant.prefixed for grant in groups} == {True, False}
    for grant in groups:
        assert not [each for each in of_service_groups if each == grant.name or each.startswith(f"{name}.")]


def test_who_scales_sees_what_every_service_reads_and_reads_nothing() -> None:
    grants = of_scaler(prefix="p.")
    assert {grant.act for grant in grants} == {"DESCRIBE"}
    assert {grant.name for grant in grants if grant.on == "GROUP"} == {f"p.community.{name}" for name in SERVICES}
    assert {grant.name for grant in grants if grant.on == "TOPIC"} == {
        f"p.{each}" for name in SERVICES for each in READ_BY[name]
    }
