"""`python -m services token`: prints a token of the development issuer.

python -m services token --role staff --community yangguang --sub staff-1
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.settings import AuthSettings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--sub", required=True, help="whose token: an opaque id, no name")
    parser.add_argument("--role", action="append", default=[], type=Role, choices=list(Role), metavar="ROLE",
                        help=f"one of {', '.join(Role)}; may be repeated")  # fmt: skip
    parser.add_argument("--community", action="append", default=[], help="may be repeated")
    parser.add_argument("--unit", action="append", default=[], help="the partner unit worked for; may be repeated")
    parser.add_argument("--ttl", type=duration, default=3600.0, help="how long it holds: 90s, 30m, 12h, 7d (1h)")


def run(arguments: Namespace, settings: AuthSettings) -> str:
    """The token.

    Raises:
        NotInProduction: ENVIRONMENT is production.
    """
    issuer = DevelopmentIssuer(settings)
    return issuer.mint(arguments.sub, arguments.role, arguments.community, arguments.unit, ttl=arguments.ttl)


def duration(text: str) -> float:
    """Seconds in `90s`, `30m`, `12h`, `7d`; a bare number is seconds."""
    number, unit = (text[:-1], _UNITS[text[-1]]) if text[-1:] in _UNITS else (text, 1)
    try:
        seconds = float(number) * unit
    except ValueError:
        raise ArgumentTypeError("a duration is 90s, 30m, 12h or 7d") from None
    if not 0 < seconds <= 366 * 86_400:
        raise ArgumentTypeError("a token holds for more than nothing and at most a year")
    return seconds
