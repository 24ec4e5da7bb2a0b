"""Who may do what on Kafka: the rights of each service, and of whoever else subscribes.

A service writes its own topics and the dead letters of those that it reads, reads what it subscribes to, and is a
member of its own group. A subscriber from outside reads facts and states in groups of its own name, and writes nothing.
Who scales the services sees how far behind their groups are, and reads nothing. Nobody has a right that is not listed
here: the brokers refuse what nobody was granted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.contracts.topics import READ_BY, TOPICS, Topic

Act = Literal["READ", "WRITE", "DESCRIBE"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right. `prefixed`: it holds for every name that begins with `name`."""

    on: Literal["TOPIC", "GROUP"]
    name: str
    act: Act
    prefixed: bool = False


def of_service(service: str, *, prefix: str = "") -> frozenset[Grant]:
    """The rights of a service; `prefix` stands before every topic and group (KAFKA_TOPIC_PREFIX)."""
    read = READ_BY[service]
    own = [name for topic in TOPICS if topic.service == service for name in (topic.name, topic.state)]
    letters = [topic.dead_letters for topic in TOPICS if {topic.name, topic.state} & set(read)]
    group = f"{prefix}community.{service}"
    return frozenset(
        {
            *(Grant("TOPIC", prefix + name, "WRITE") for name in (*own, *letters)),
            *(Grant("TOPIC", prefix + name, "READ") for name in read),
            Grant("GROUP", group, "READ"),
        }
    )


def of_subscriber(name: str, topics: Iterable[Topic] = TOPICS, *, prefix: str = "") -> frozenset[Grant]:
    """The rights of a subscriber from outside: facts and states of `topics`, in groups called `name` or `name.…`."""
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
            *(Grant("GROUP", f"{prefix}community.{service}", "DESCRIBE") for service in READ_BY),
        }
    )
