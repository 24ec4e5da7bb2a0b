"""`python -m services topics`: create the topics, or bring them up to the settings."""

import argparse
import asyncio

from services.chassis.kafka.topics import ensure_topics
from services.chassis.settings.service_settings import KafkaSettings
from services.chassis.settings.sources import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for Kafka (60)")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Create what is missing and say so, a line a topic.

    Raises:
        SettingsError: KAFKA_BOOTSTRAP is missing or wrong.
        KafkaAway, TopicRefused: it could not be done.
    """
    settings = read_settings(KafkaSettings, arguments.env_file)
    outcomes = asyncio.run(
        ensure_topics(
            settings.kafka_bootstrap,
            prefix=settings.kafka_topic_prefix,
            partitions=settings.kafka_partitions,
            replication=settings.kafka_replication,
            retention_days=settings.kafka_retention_days,
            dead_letter_days=settings.kafka_dead_letter_days,
            wait=arguments.wait,
            access=settings.kafka_access,
        )
    )
    for outcome in outcomes:
        print(outcome)
    return 0
