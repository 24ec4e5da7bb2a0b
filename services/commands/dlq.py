"""`python -m services dlq`: list the dead letters, replay them, or drop them.

list [--consumer C] [--reason R]   one line each: name, consumer, reason, detail, event
show NAME                          headers and data of one
replay NAME… | --all               send to the topic again, for the consumer that failed
drop NAME… | --all                 settle without effect
"""

import argparse
import asyncio
import base64
import sys
from collections.abc import Sequence

from services.chassis.kafka.producer import Producer
from services.chassis.settings.service_settings import KafkaSettings
from services.chassis.settings.sources import read_settings
from services.chassis.subscriber.dead_letter import BATCH
from services.chassis.subscriber.dead_letters import DeadLetters, Letter, NotReplayable
from services.contracts.topics import TOPICS

_DONE = {"replay": "replayed", "drop": "dropped"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="list|show|replay|drop")
    listing = actions.add_parser("list", help="open dead letters, a line each")
    _filters(listing)
    showing = actions.add_parser("show", help="one dead letter, whole")
    showing.add_argument("name", nargs=1)
    for action, about in (("replay", "send again to the consumer that failed"), ("drop", "settle without effect")):
        acting = actions.add_parser(action, help=about)
        acting.add_argument("name", nargs="*")
        acting.add_argument("--all", action="store_true", help="all that the filters leave")
        _filters(acting)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action.

    Raises:
        SettingsError: KAFKA_BOOTSTRAP is missing or wrong.
    """
    return asyncio.run(_act(arguments, read_settings(KafkaSettings, arguments.env_file)))


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--consumer", help="of one consumer group")
    parser.add_argument("--reason", help="of one reason")


async def _act(arguments: argparse.Namespace, settings: KafkaSettings) -> int:
    producer = Producer(settings.kafka_bootstrap, client_id="community-dlq", access=settings.kafka_access)
    await producer.run()
    try:
        names = [settings.kafka_topic_prefix + topic.dead_letters for topic in TOPICS]
        dead_letters = DeadLetters(settings.kafka_bootstrap, names, producer, access=settings.kafka_access)
        if arguments.action == "list":
            letters = await dead_letters.letters(consumer=arguments.consumer, reason=arguments.reason)
            for letter in letters:
                print(_line(letter))
            print(f"{len(letters)} open dead letters", file=sys.stderr)
        elif arguments.action == "show":
            print(_whole(await dead_letters.letter(arguments.name[0])))
        else:
            return await _settle(arguments, dead_letters)
    finally:
        await producer.stop()
    return 0


async def _settle(arguments: argparse.Namespace, dead_letters: DeadLetters) -> int:
    if bool(arguments.name) == arguments.all:
        print("Name dead letters, or give --all.", file=sys.stderr)
        return 2
    letters = await dead_letters.letters(consumer=arguments.consumer, reason=arguments.reason)
    chosen = letters if arguments.all else [letter for letter in letters if letter.name in arguments.name]
    refused = 0
    for letter in chosen:
        try:
            await (dead_letters.replay(letter) if arguments.action == "replay" else dead_letters.drop(letter))
        except NotReplayable as refusal:
            print(refusal.sentence("en"), file=sys.stderr)
            refused += 1
        else:
            print(f"{letter.name} {_DONE[arguments.action]}")
    unknown = set(arguments.name) - {letter.name for letter in chosen}
    for name in sorted(unknown):
        print(f"There is no open dead letter {name}.", file=sys.stderr)
    return 1 if unknown or refused else 0


def _line(letter: Letter) -> str:
    parts: Sequence[str] = (
        letter.name,
        letter.mark("time"),
        letter.mark("consumer"),
        letter.mark("reason"),
        letter.header("ce_type") or "-",
        letter.header("ce_id") or "-",
        letter.mark("detail"),
    )
    return "\t".join(parts)


def _whole(letter: Letter) -> str:
    lines = [letter.name, f"key: {(letter.key or b'').decode(errors='replace')}"]
    lines += [f"{name}: {value.decode(errors='backslashreplace')}" for name, value in letter.headers]
    return "\n".join([*lines, "", _data(letter)])


def _data(letter: Letter) -> str:
    if letter.value is None:
        return "(no data)"
    if letter.header(BATCH):
        return f"the batch in base64: {base64.b64encode(letter.value).decode()}"
    return letter.value.decode(errors="backslashreplace")
