"""The commands of an operator: `python -m services run|topics|indexes|token|dlq|restate|kpis|calendar`, and those that
lock a deployment: `secrets|access|databases`.
"""

import argparse
import sys
from pathlib import Path

from services.chassis.auth import token_command
from services.chassis.auth.development import NotInProduction
from services.chassis.errors import CommunityError
from services.chassis.settings.sources import SettingsError
from services.chassis.store.mongo import ConfigurationError, InvalidURI
from services.commands import access, calendar, databases, dlq, indexes, kpis, restate, run, secrets, topics
from services.topology import SERVICES


def main() -> int:
    """Carry out one command; trouble that a person can put right is told in one sentence."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        return int(arguments.command(arguments) or 0)
    except CommunityError as error:
        print(error.sentence("en"), file=sys.stderr)
        return 1
    except (SettingsError, NotInProduction, ConfigurationError, InvalidURI, run.CannotListen, secrets.Unsafe) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    parser.add_argument("--env-file", type=Path, help="settings, behind those of the environment")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run.add_arguments(commands.add_parser("run", help="run one or more services in this process"), list(SERVICES))
    topics.add_arguments(commands.add_parser("topics", help="create the topics, or bring them up to the settings"))
    indexes.add_arguments(
        commands.add_parser("indexes", help="make the indexes of one or more services"), list(SERVICES)
    )
    access.add_arguments(commands.add_parser("access", help="users of Kafka and their rights: services, subscribers"))
    databases.add_arguments(commands.add_parser("databases", help="the replica set of an own MongoDB, and its users"))
    token = commands.add_parser("token", help="print a token of the development issuer")
    token_command.add_arguments(token)
    token.set_defaults(command=_token)
    dlq.add_arguments(commands.add_parser("dlq", help="dead letters: list, show, replay, drop"))
    restate.add_arguments(commands.add_parser("restate", help="publish the state of all aggregates of a service again"))
    kpis.add_arguments(commands.add_parser("kpis", help="figures of issues: recompute from the journal, rebuild"))
    calendar.add_arguments(commands.add_parser("calendar", help="load the announced holidays of a year"))
    secrets.add_arguments(
        commands.add_parser("secrets", help="make the secrets of docker-compose.yml that are missing")
    )
    return parser


def _token(arguments: argparse.Namespace) -> int:
    print(token_command.run(arguments, run.auth_settings(arguments.env_file)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
