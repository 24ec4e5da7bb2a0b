"""`python -m services secrets FOLDER`: make the secrets of docker-compose.yml once, each where one reader reads it.

    FOLDER/mongodb/     cluster.key, and the passwords of root and of each service's user: of MongoDB's own user
    FOLDER/kafka/       the passwords of broker and admin, broker.pem and ca.pem: of Kafka's own user
    FOLDER/access/      what Kafka's users are made with: the passwords of admin and of each service's user
    FOLDER/<service>/   mongodb-url, its user's address, and kafka-password; of issues contact-keys, of notify
                        endpoint-key, and what `--put` wrote there of its providers
    FOLDER/grafana/     the password of its administrator: of Grafana's own user
    FOLDER/authority/   who signed broker.pem: read by this command alone, so that a certificate is renewed by the same

What is there stays, whatever is asked for twice. A value that the environment gives (MONGODB_ROOT_PASSWORD,
MONGODB_CLUSTER_KEY, ISSUES_MONGODB_PASSWORD, …, ISSUES_CONTACT_KEYS) is taken instead; contact keys are added to,
since those that were there open what they sealed. With `--rotate` everything that the environment doesn't give is made
anew, but for what others already hold: the authority, which subscribers trust, the password of Grafana's
administrator, which Grafana takes at its first start alone, and the endpoint key, without which no end point opens.
Keys with which a deployment began as one of development (beside AUTH_DEVELOPMENT_KEY) are taken in, so that it may
become production. The passwords that a store may still have are kept, the latest first, however often it is asked.
Kafka's passwords are always made here, for nobody types them. KAFKA_ADDRESS, KAFKA_ADDRESS_2 and KAFKA_ADDRESS_3 name
the hosts that broker.pem is for.
"""

import argparse
import base64
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from services.chassis.clock import utc_now
from services.chassis.settings.published import holds_a_published_secret
from services.commands.certificates import Authority, fits
from services.topology import SERVICES

MONGODB, KAFKA, COMMUNITY, GRAFANA = 999, 1000, 10_001, 472
"""Who runs MongoDB, Kafka, the services and Grafana in their images; users and groups have the same numbers."""

_URL = "mongodb://{user}:{password}@databases:27017/?replicaSet=rs0&authSource=admin"
_BROKERS = ("kafka", "kafka-2", "kafka-3", "brokers", "localhost", "127.0.0.1")
_PROVIDERS = ("smtp-password", "sms-secret", "wecom-secret", "callback-secret")
_ADDRESSES = ("KAFKA_ADDRESS", "KAFKA_ADDRESS_2", "KAFKA_ADDRESS_3")


class Unsafe(Exception):
    """A secret that is given is one that everybody knows, or would make what is sealed unreadable, or is none."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rotate", action="store_true", help="make them anew; then recreate the containers")
    parser.add_argument("--missing", action="store_true", help="what is there stays, whatever the environment gives")
    parser.add_argument("--put", metavar="NAME", choices=_PROVIDERS, help="only write a provider's secret, from stdin")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing.

    Raises:
        Unsafe: outside development, the environment gives a secret that this project has published; or another contact
        key under the id of one that is in use; or nothing was put.
    """
    given: Mapping[str, str] = {} if arguments.missing else os.environ
    _refuse_published(given)
    if arguments.put:
        return _put(arguments.folder, arguments.put)
    issues = _Drawer(arguments.folder / "issues", COMMUNITY, rotate=False)
    earlier = (issues.read("contact-keys"), _of_development("contact-keys.txt"))
    contact_keys = _joined(given.get("ISSUES_CONTACT_KEYS", ""), *earlier, rotate=arguments.rotate)
    mongodb = _Drawer(arguments.folder / "mongodb", MONGODB, rotate=arguments.rotate)
    access = _Drawer(arguments.folder / "access", COMMUNITY, rotate=arguments.rotate)
    mongodb.keep("cluster.key", given.get("MONGODB_CLUSTER_KEY"), _cluster_key)
    mongodb.keep("root", given.get("MONGODB_ROOT_PASSWORD"), _password)
    for service in SERVICES:
        password = mongodb.keep(service, given.get(f"{service.upper()}_MONGODB_PASSWORD"), _password)
        drawer = _Drawer(arguments.folder / service, COMMUNITY, rotate=False)
        drawer.write("mongodb-url", _URL.format(user=service, password=quote(password, safe="")))
        drawer.write("kafka-password", access.keep(service, None, _password))
        if service == "issues":
            drawer.write("contact-keys", contact_keys)
        if service == "notify":
            made = partial(_of_development, "notify-endpoint-key", otherwise=_endpoint_key)
            drawer.keep("endpoint-key", given.get("NOTIFY_ENDPOINT_KEY"), made)
    _equip_brokers(arguments, access)
    _Drawer(arguments.folder / "grafana", GRAFANA, rotate=False).keep("admin", None, _password)
    return 0


def _equip_brokers(arguments: argparse.Namespace, access: "_Drawer") -> None:
    """What the brokers know each other and the administrator by, and the certificate that subscribers see."""
    kafka = _Drawer(arguments.folder / "kafka", KAFKA, rotate=arguments.rotate)
    kafka.keep("broker", None, _password)
    kafka.write("admin", access.keep("admin", None, _password))
    signing = _Drawer(arguments.folder / "authority", os.geteuid(), rotate=False)
    authority = Authority.read(signing.keep("authority.pem", None, lambda: Authority.new().pem()))
    hosts = (os.environ.get(name, "").rpartition(":")[0].strip("[]") for name in _ADDRESSES)
    names = tuple(dict.fromkeys((*_BROKERS, *filter(None, hosts))))
    known = kafka.read("ca.pem") == authority.certificate() and fits(kafka.read("broker.pem"), names, utc_now())
    if arguments.rotate or not known:
        kafka.write("broker.pem", authority.sign(names))
    kafka.write("ca.pem", authority.certificate())


def _refuse_published(given: Mapping[str, str]) -> None:
    names = ["MONGODB_CLUSTER_KEY", "MONGODB_ROOT_PASSWORD", *(f"{name.upper()}_MONGODB_PASSWORD" for name in SERVICES)]
    if os.environ.get("ENVIRONMENT") == "development":
        return
    for name in names:
        if holds_a_published_secret(given.get(name, "")):
            raise Unsafe(f"{name} is one that this project has published: leave it out, or make one of your own.")


def _put(folder: Path, name: str) -> int:
    """Write what stands on the standard input for notify to read."""
    words = sys.stdin.read().strip()
    if not words:
        raise Unsafe(f"{name} is read from the standard input, and nothing stood there.")
    _Drawer(folder / "notify", COMMUNITY, rotate=False).write(name, words)
    print(f"NOTIFY_{name.replace('-', '_').upper()}_FILE=/run/secrets/{name}")
    return 0


def _of_development(name: str, otherwise: Callable[[], str] = str) -> str:
    """A key that the services made for themselves while this was a deployment of development."""
    place = os.environ.get("AUTH_DEVELOPMENT_KEY")
    with suppress(FileNotFoundError):
        return (Path(place).with_name(name).read_text("ascii").strip() if place else "") or otherwise()
    return otherwise()


def _joined(given: str, known: str, of_development: str, *, rotate: bool) -> str:
    """The contact keys by their ids: those `given` first, of which the first seals, then each that may have sealed."""
    first, before, began = (_by_id(keys) for keys in (given, known, of_development))
    for id in first.keys() & before.keys():
        if first[id] != before[id]:
            raise Unsafe(f"ISSUES_CONTACT_KEYS has another key under {id}, an id in use: give it one of its own.")
    keys = began | before | first
    fresh = _by_id(_contact_key()) if not keys or (rotate and not first) else {}
    order = dict.fromkeys([*fresh, *first, *before, *began])
    return ",".join((keys | fresh)[id] for id in order)


def _by_id(keys: str) -> dict[str, str]:
    entries = (entry.strip() for entry in keys.split(","))
    return {entry.partition(":")[0]: entry for entry in entries if entry}


class _Drawer:
    """Secrets in files that `owner` alone can read."""

    def __init__(self, folder: Path, owner: int, *, rotate: bool) -> None:
        self._folder = folder
        self._owner = owner
        self.rotate = rotate
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o500)
        _give(folder, owner)

    def read(self, name: str) -> str:
        """The secret under `name`; empty where there is none."""
        with suppress(FileNotFoundError):
            return (self._folder / name).read_text("utf-8")
        return ""

    def keep(self, name: str, given: str | None, make: Callable[[], str]) -> str:
        """What is `given`, else what is there, else what `make` makes; those before stay beside it, latest first."""
        known = self.read(name)
        value = given or ("" if self.rotate else known) or make()
        if known and value != known:
            earlier = self.read(f"{name}.before").splitlines()
            self.write(f"{name}.before", "\n".join(dict.fromkeys([known, *earlier])))
        self.write(name, value)
        return value

    def write(self, name: str, value: str) -> None:
        """Write a file as a whole or not at all, and durably."""
        path, fresh = self._folder / name, self._folder / f".{name}"
        if path.exists() and self.read(name) == value:
            return
        self._folder.chmod(0o700)
        with suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        _give(fresh, self._owner)
        fresh.rename(path)
        self._folder.chmod(0o500)


def _give(path: Path, owner: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner, owner)


def _password() -> str:
    return secrets.token_urlsafe(32)


def _cluster_key() -> str:
    return base64.b64encode(secrets.token_bytes(48)).decode()


def _endpoint_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _contact_key() -> str:
    return f"{utc_now():%Y-%m-%d}-{secrets.token_hex(2)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
