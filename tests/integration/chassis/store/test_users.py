"""A MongoDB that asks everybody who they are: each service reads and writes its own database and no other."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.local.mongo_members import MongoMember
from services.chassis.store.users import DatabasesRefused, Passwords, ReplicaSet, ensure_databases
from services.topology import SERVICES

_UNAUTHORIZED, _AUTHENTICATION_FAILED = 13, 18


class Locked(MongoMember):
    """A member that knows the others by a key, and so asks for names."""

    def _prepare(self) -> None:
        super()._prepare()
        key = self.folder / "cluster.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text("b2YtdGhlLWNsdXN0ZXI=")

    def _command(self) -> Sequence[str]:
        return [*super()._command(), "--keyFile", str(self.folder / "cluster.key")]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """A server without a set and without users."""
    server = Locked(tmp_path_factory.mktemp("mongodb"), cache_mb=256, oplog_mb=16)
    server.start()
    yield server
    server.stop()


def passwords(root: str, *before: str) -> Passwords:
    return Passwords(root=root, before=before, services={name: f"p@ss:{name}" for name in SERVICES})


async def test_each_service_reads_and_writes_its_own_database_and_no_other(locked: Locked) -> None:
    here = f"127.0.0.1:{locked.port}"
    wanted = ReplicaSet("rs0", [here], here=here)
    for _ in range(2):  # at the first start, and at every later one
        assert await ensure_databases(wanted, passwords("first")) == [
            f"rs0: {here}",
            "users: root, events, issues, notify, volunteers",
        ]
    for name in SERVICES:
        url = f"mongodb://{here}/?replicaSet=rs0&authSource=admin"
        with MongoClient[dict[str, object]](url, username=name, password=f"p@ss:{name}") as client:
            client[f"community_{name}"]["things"].insert_one({"_id": "thing-1"})
            assert client[f"community_{name}"]["things"].find_one() == {"_id": "thing-1"}
            for other in {f"community_{each}" for each in SERVICES if each != name} | {"admin", "local", "config"}:
                for act in (
                    lambda other=other: client[other]["things"].find_one(),
                    lambda other=other: client[other]["things"].insert_one({}),
                    lambda other=other: client[other].command("usersInfo"),
                ):
                    with pytest.raises(OperationFailure) as refusal:
                        act()
                    assert refusal.value.code == _UNAUTHORIZED
    for user, word, code in ((None, None, _UNAUTHORIZED), ("issues", "guessed", _AUTHENTICATION_FAILED)):
        with (
            MongoClient[dict[str, object]](
                f"mongodb://{here}/?directConnection=true", username=user, password=word
            ) as c,
            pytest.raises(OperationFailure) as refusal,
        ):
            c["community_issues"]["things"].find_one()
        assert refusal.value.code == code

    with pytest.raises(DatabasesRefused, match="root's password is not the one"):
        await ensure_databases(wanted, passwords("forgotten"))
    await ensure_databases(wanted, passwords("second", "long ago", "first"))
    await ensure_databases(wanted, passwords("second"))
    await ensure_databases(wanted, passwords("fifth", "fourth", "third", "second"))  # changed and changed again
    await ensure_databases(wanted, passwords("fifth"))


async def test_without_a_server_the_refusal_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabasesRefused, match="no primary"):
        await ensure_databases(ReplicaSet("rs0", ["127.0.0.1:1"], here="127.0.0.1:1"), passwords("root"), wait=0.1)
