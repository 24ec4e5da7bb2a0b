"""Who may do what on Kafka: the rights of each service, and of whoever else subscribes.

A service writes its own topics and the dead letters of those that it reads, reads what it subscribes to, and is a
member of its own group. A subscriber from outside reads facts and states in groups of its own name, and writes nothing.
Who scales the services sees how far behind their groups are, and reads nothing. Nobody has a right that is not listed
here: the brokers refuse what nobody was granted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.chassis.errors import CommunityError
from services.contracts.topics import READ_BY, TOPICS, Topic

Act = Literal["READ", "WRITE", "DESCRIBE"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right. `prefixed`: it holds for every name that begins with `name`."""

    on: Literal["TOPIC", "GROUP"]
    name: str
    act: Act
    prefixed: bool = False


class NameOfServices(
    CommunityError,
    code="subscriber-name-of-services",
    zh="订阅方不能命名为 {name}：服务的消费组 {group} 将归入其名下。请另取名称。",
    en="No subscriber may be called {name}: the group {group} of a service would be its own. Choose another name.",
):
    """Groups called `name` or `name.…` hold one of a service, whose partitions and offsets that name could take."""


def of_service(service: str, *, prefix: str = "") -> frozenset[Grant]:
    """The rights of a service; `prefix` stands before every topic and group (KAFKA_TOPIC_PREFIX)."""
    read = READ_BY[service]
    own = [name for topic in TOPICS if topic.service == service for name in (topic.name, topic.state)]
    letters = [topic.dead_letters for topic in TOPICS if {topic.name, topic.state} & set(read)]
    return frozenset(
        {
            *(Grant("TOPIC", prefix + name, "WRITE") for name in (*own, *letters)),
            *(Grant("TOPIC", prefix + name, "READ") for name in read),
            Grant("GROUP", _group(service, prefix), "READ"),
        }
    )


def of_subscriber(name: str, topics: Iterable[Topic] = TOPICS, *, prefix: str = "") -> frozenset[Grant]:
    """The rights of a subscriber from outside: facts and states of `topics`, in groups called `name` or `name.…`.

    Raises:
        NameOfServices: a service's group is one of those.
    """
    for group in (_group(service, prefix) for service in READ_BY):
        if f"{group}.".startswith(f"{name}."):
            raise NameOfServices(name=name, group=group)
    read = [each for topic in topics for each in (topic.name, topic.state)]
    return frozenset(
        {
            *(Grant("TOPIC", prefix + each, "READ") for each in read),
            Grant("GROUP", name, "READ"),
            Grant("GROUP", f"{name}.", "READ", prefixed=True),
        }
    )


def of_scaler(*, prefix: str = "") -> frozenset[Grant]:
    """The rights of whoever scales the services by what waits for them: to look at groups and ends of topics."""
    topics = {name for service in READ_BY for name in READ_BY[service]}
    return frozenset(
        {
            *(Grant("TOPIC", prefix + name, "DESCRIBE") for name in topics),
            *(Grant("GROUP", _group(service, prefix), "DESCRIBE") for service in READ_BY),
        }
    )


def _group(service: str, prefix: str) -> str:
    return f"{prefix}community.{service}"
