"""`python -m services token`: prints a token of the development issuer.

python -m services token --role staff --community yangguang --sub staff-1
python -m services token --role yangguang:resident --role other:staff --sub staff-2
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from services.chassis.auth.claims import ClaimNames, principal_of
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--sub", required=True, help="whose token: an opaque id, no name")
    parser.add_argument("--role", action="append", default=[], type=role, metavar="[COMMUNITY:]ROLE",
                        help=f"one of {', '.join(Role)}, with its community where there are several")  # fmt: skip
    parser.add_argument("--community", action="append", default=[], help="may be repeated")
    parser.add_argument("--unit", action="append", default=[], metavar="[COMMUNITY:]UNIT",
                        help="the partner unit worked for; may be repeated")  # fmt: skip
    parser.add_argument("--ttl", type=duration, default=3600.0, help="how long it holds: 90s, 30m, 12h, 7d (1h)")


def run(arguments: Namespace, settings: AuthSettings) -> str:
    """The token.

    Raises:
        NotInProduction: ENVIRONMENT is production.
        TokenAmbiguous: there are several communities, and a role or a unit is not said to be held in one of them.
    """
    issuer = DevelopmentIssuer(settings)
    words = {"roles": arguments.role, "communities": arguments.community, "units": arguments.unit}
    principal_of({"sub": arguments.sub, **words}, ClaimNames())
    return issuer.mint(arguments.sub, arguments.role, arguments.community, arguments.unit, ttl=arguments.ttl)


def role(text: str) -> str:
    """A role, or a role in a community: `staff`, `yangguang:staff`."""
    if text.rpartition(":")[2] not in list(Role):
        raise ArgumentTypeError(f"a role is one of {', '.join(Role)}, alone or after a community: yangguang:staff")
    return text


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
