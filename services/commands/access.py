"""`python -m services access`: who may do what on a Kafka that asks everybody who they are.

services FOLDER    give each service its user, with the password in FOLDER/<service>, and exactly the rights it needs;
                   with --keep, the rights that another version at work beside it may need stay, too; where FOLDER/keda
                   is, the user `keda`, too, who sees how far behind they are and reads nothing
subscriber NAME    make a user for a system outside, who reads facts and states and writes nothing; prints how it gets
                   in, with a new password (asked again, the password is changed)
revoke NAME        take that user's password and rights away
list               every user, with the number of their rights

Whoever asks is a super user of the brokers: KAFKA_USERNAME and KAFKA_PASSWORD.
"""

import argparse
import re
import secrets
from pathlib import Path

from services.chassis.kafka.grants import of_scaler, of_service, of_subscriber
from services.chassis.settings.service_settings import KafkaSettings
from services.chassis.settings.sources import SettingsError, read_settings
from services.contracts.topics import TOPICS
from services.topology import SERVICES

_SCALER = "keda"
_RESERVED = {*SERVICES, _SCALER, "admin", "broker", "controller"}
_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for Kafka (60)")
    actions = parser.add_subparsers(required=True, dest="action", metavar="services|subscriber|revoke|list")
    services = actions.add_parser("services", help="the users of the services, with exactly the rights they need")
    services.add_argument("folder", type=Path, help="holds a file with the password of each service")
    services.add_argument("--keep", action="store_true", help="take no rights away: another version is at work, too")
    subscriber = actions.add_parser("subscriber", help="a user for a system outside, who only reads")
    subscriber.add_argument("name", type=_name)
    subscriber.add_argument(
        "--topic", action="append", choices=[topic.name for topic in TOPICS], help="of these alone, instead of all"
    )
    actions.add_parser("revoke", help="take a subscriber's access away").add_argument("name", type=_name)
    actions.add_parser("list", help="every user")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action.

    Raises:
        SettingsError: KAFKA_BOOTSTRAP is missing or wrong, or a password can't be read.
        UsersRefused: it could not be done.
        NameOfServices: a subscriber of that name would be a member of the services' groups.
    """
    from services.chassis.kafka.users import Users  # its library is not in the image of every service

    settings = read_settings(KafkaSettings, arguments.env_file)
    users, prefix = Users(settings, patience=arguments.wait), settings.kafka_topic_prefix
    if arguments.action == "services":
        for name, password in _passwords(arguments.folder).items():
            rights = of_scaler(prefix=prefix) if name == _SCALER else of_service(name, prefix=prefix)
            added, taken = users.put(name, password, rights, keep=arguments.keep)
            print(f"{name}: {added} rights added, {taken} taken away")
    elif arguments.action == "subscriber":
        chosen = [topic for topic in TOPICS if not arguments.topic or topic.name in arguments.topic]
        rights, password = of_subscriber(arguments.name, chosen, prefix=prefix), secrets.token_urlsafe(32)
        users.put(arguments.name, password, rights)
        print(_way_in(arguments.name, password))
    elif arguments.action == "revoke":
        print(f"{arguments.name}: {users.remove(arguments.name)} rights taken away")
    else:
        for name in users.names():
            print(f"{name}: {len(users.rights(name))} rights")
    return 0


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or text in _RESERVED:
        raise argparse.ArgumentTypeError(f"{text!r} is no subscriber: small letters, digits, dashes; no service's name")
    return text


def _passwords(folder: Path) -> dict[str, str]:
    found = {}
    for name in (*SERVICES, *([_SCALER] if (folder / _SCALER).exists() else [])):
        try:
            found[name] = (folder / name).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{folder / name} must hold the password of {name} and can't be read.") from None
        if not found[name]:
            raise SettingsError(f"{folder / name} must hold the password of {name} and is empty.")
    return found


def _way_in(name: str, password: str) -> str:
    """Settings as every Kafka client knows them."""
    return "\n".join(
        [
            "security.protocol=SASL_SSL",
            "sasl.mechanism=SCRAM-SHA-512",
            f"sasl.username={name}",
            f"sasl.password={password}",
            f"group.id={name}",
        ]
    )
