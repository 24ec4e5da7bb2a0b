"""`python -m services secrets FOLDER`: make the secrets of docker-compose.yml once, each where one reader reads it.

    FOLDER/mongodb/     cluster.key, and the passwords of root and of each service's user: of MongoDB's own user
    FOLDER/kafka/       the passwords of broker and admin, broker.pem and ca.pem: of Kafka's own user
    FOLDER/access/      what Kafka's users are made with: the passwords of admin and of each service's user
    FOLDER/<service>/   mongodb-url, its user's address, and kafka-password; of issues contact-keys, too
    FOLDER/grafana/     the password of its administrator: of Grafana's own user
    FOLDER/authority/   who signed broker.pem: read by this command alone, so that a certificate is renewed by the same

What is there stays, whatever is asked for twice. A value that the environment gives (MONGODB_ROOT_PASSWORD,
MONGODB_CLUSTER_KEY, ISSUES_MONGODB_PASSWORD, …, ISSUES_CONTACT_KEYS) is taken instead; contact keys are added to, since
those that were there open what they sealed. With `--rotate` everything that the environment doesn't give is made anew,
but for what others already hold: the authority, which subscribers trust, and the password of Grafana's administrator,
which Grafana takes at its first start alone. The passwords that a store may still have are kept, the latest first,
however often it is asked. Kafka's passwords are always made here, for nobody types them. KAFKA_ADDRESS, KAFKA_ADDRESS_2
and KAFKA_ADDRESS_3 name the hosts that broker.pem is for.
"""

import argparse
import base64
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
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
_ADDRESSES = ("KAFKA_ADDRESS", "KAFKA_ADDRESS_2", "KAFKA_ADDRESS_3")


class Unsafe(Exception):
    """A secret that the environment gives is one that everybody knows."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rotate", action="store_true", help="make them anew; then recreate the containers")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing.

    Raises:
        Unsafe: outside development, the environment gives a secret that this project has published.
    """
    _refuse_published()
    mongodb = _Drawer(arguments.folder / "mongodb", MONGODB, rotate=arguments.rotate)
    access = _Drawer(arguments.folder / "access", COMMUNITY, rotate=arguments.rotate)
    mongodb.keep("cluster.key", os.environ.get("MONGODB_CLUSTER_KEY"), _cluster_key)
    mongodb.keep("root", os.environ.get("MONGODB_ROOT_PASSWORD"), _password)
    for service in SERVICES:
        password = mongodb.keep(service, os.environ.get(f"{service.upper()}_MONGODB_PASSWORD"), _password)
        drawer = _Drawer(arguments.folder / service, COMMUNITY, rotate=arguments.rotate)
        drawer.write("mongodb-url", _URL.format(user=service, password=quote(password, safe="")))
        drawer.write("kafka-password", access.keep(service, None, _password))
        if service == "issues":
            _keep_contact_keys(drawer, os.environ.get("ISSUES_CONTACT_KEYS"))
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


def _refuse_published() -> None:
    names = ["MONGODB_CLUSTER_KEY", "MONGODB_ROOT_PASSWORD", *(f"{name.upper()}_MONGODB_PASSWORD" for name in SERVICES)]
    if os.environ.get("ENVIRONMENT") == "development":
        return
    for name in names:
        if holds_a_published_secret(os.environ.get(name, "")):
            raise Unsafe(f"{name} is one that this project has published: leave it out, or make one of your own.")


def _keep_contact_keys(drawer: "_Drawer", given: str | None) -> None:
    """In development the service has a key of its own beside the issuer's, which is not taken from it."""
    known = drawer.read("contact-keys")
    if not given and not known and os.environ.get("ENVIRONMENT") == "development":
        drawer.write("contact-keys", "")
    elif known and drawer.rotate and not given:
        drawer.write("contact-keys", f"{_contact_key()},{known}")
    else:
        drawer.write("contact-keys", given or known or _contact_key())


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
            return (self._folder / name).read_text("ascii")
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
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="ascii") as file:
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


def _contact_key() -> str:
    return f"{utc_now():%Y-%m-%d}-{secrets.token_hex(2)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
