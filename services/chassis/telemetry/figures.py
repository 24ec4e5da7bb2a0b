"""The figures of a service, all declared here: what they are called, by what they are split, what they count.

Durations and outcomes of requests are recorded as they happen. What other parts count anyway (relay, subscribers) is
read from them when the page is asked for: `metrics.watch(figures.RELAY_PUBLISHED, read)`.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One family of figures. `labels` split it; a `counter` only grows."""

    name: str
    about: str
    kind: Literal["counter", "gauge"]
    labels: tuple[str, ...] = ()


HTTP_SECONDS = "community_http_request_seconds"
COMMANDS = "community_commands"
RELAY_BATCH_SECONDS = "community_relay_batch_seconds"

RELAY_BACKLOG = Figure("community_relay_backlog", "Aggregates with events not yet on Kafka.", "gauge", ("kind",))
RELAY_OLDEST = Figure("community_relay_oldest_unsent_seconds", "Age of the oldest event not yet on Kafka.", "gauge")
RELAY_LEADING = Figure("community_relay_leading", "1 where this replica relays.", "gauge")
RELAY_PUBLISHED = Figure("community_relay_published", "Events that Kafka acknowledged.", "counter", ("kind",))
RELAY_FAILED = Figure(
    "community_relay_failed", "Events that Kafka did not take; they are sent again.", "counter", ("kind",)
)

SUBSCRIBER_LAG = Figure("community_subscriber_lag", "Records before the subscriber.", "gauge", ("topic", "partition"))
SUBSCRIBER_RECEIVED = Figure("community_subscriber_received", "Records taken from Kafka.", "counter")
SUBSCRIBER_EFFECTS = Figure("community_subscriber_effects", "Records whose effect is stored.", "counter")
SUBSCRIBER_RETRIES = Figure("community_subscriber_retries", "Attempts repeated after passing trouble.", "counter")
SUBSCRIBER_DEAD_LETTERS = Figure("community_subscriber_dead_letters", "Records given up.", "counter")

READING_BEHIND = Figure("community_reading_behind_seconds", "Age of the oldest change that readers don't see.", "gauge")
READING_WAITING = Figure(
    "community_reading_waiting", "Rows for reading that wait to be drawn or counted.", "gauge", ("what",)
)
COMMANDS_WAITING = Figure(
    "community_commands_waiting", "Commands that are held back until reading has caught up.", "gauge"
)

ACCOUNTS_AT_FAULT = Figure(
    "community_accounts_at_fault", "1 for each account of a provider that must be put right.", "gauge", ("account",)
)

WATCHED: tuple[Figure, ...] = (
    RELAY_BACKLOG,
    RELAY_OLDEST,
    RELAY_LEADING,
    RELAY_PUBLISHED,
    RELAY_FAILED,
    SUBSCRIBER_LAG,
    SUBSCRIBER_RECEIVED,
    SUBSCRIBER_EFFECTS,
    SUBSCRIBER_RETRIES,
    SUBSCRIBER_DEAD_LETTERS,
    READING_BEHIND,
    READING_WAITING,
    COMMANDS_WAITING,
    ACCOUNTS_AT_FAULT,
)
