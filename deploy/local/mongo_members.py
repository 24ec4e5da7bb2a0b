"""MongoDB as a replica set of several members, each a process that may be killed, frozen and started again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.mongo_server import MongoServer
from deploy.local.readiness import REPLICA_SET, mongodb_answers

_ALREADY_INITIALIZED = 23


class MongoMember(MongoServer):
    """One `mongod` of several: it is ready when it answers, whether or not there is a primary."""

    def _ready(self) -> bool:
        return mongodb_answers(self.port)


class MongoMembers:
    """A replica set whose members elect their primary among themselves.

    Args:
        folder: each member has a folder of its own in it.
        election_ms: how long a primary may be silent before another is elected, and how long it goes on without a
            majority.
    """

    def __init__(self, folder: Path, count: int = 3, *, election_ms: int = 2000, oplog_mb: int = 64) -> None:
        self.members = [MongoMember(folder / f"member-{n}", oplog_mb=oplog_mb) for n in range(count)]
        self._election_ms = election_ms

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"

    def start(self) -> None:
        """Start every member that doesn't run, and found the set where there is none.

        Raises:
            Trouble: a member can't be started here.
        """
        with ThreadPoolExecutor(len(self.members)) as side_by_side:
            list(side_by_side.map(MongoMember.start, self.members))
        config = {
            "_id": REPLICA_SET,
            "members": [{"_id": n, "host": f"127.0.0.1:{member.port}"} for n, member in enumerate(self.members)],
            "settings": {
                "electionTimeoutMillis": self._election_ms,
                "heartbeatIntervalMillis": max(self._election_ms // 4, 200),
            },
        }
        try:
            _command(self.members[0], "replSetInitiate", config)
        except OperationFailure as error:
            if error.code != _ALREADY_INITIALIZED:
                raise

    def stop(self) -> None:
        for member in self.members:
            member.thaw()
            member.stop()

    def primary(self) -> MongoMember | None:
        """The member that takes writes and runs; None while there is none, or while two believe that they are."""
        found = [member for member in self.members if _is_primary(member)]
        return found[0] if len(found) == 1 else None

    def others(self, than: MongoMember) -> Sequence[MongoMember]:
        """Every member but one."""
        return [member for member in self.members if member is not than]

    def step_down(self, member: MongoMember, seconds: int = 10) -> None:
        """Let a primary hand over to another; it does not stand for election again for `seconds`."""
        with suppress(PyMongoError):  # it closes the connection over which it was asked
            _command(member, "replSetStepDown", seconds, secondaryCatchUpPeriodSecs=seconds - 1)


def _is_primary(member: MongoMember) -> bool:
    try:
        return bool(_command(member, "hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def _command(member: MongoMember, *command: Any, **options: Any) -> dict[str, Any]:
    with MongoClient[dict[str, Any]](
        "127.0.0.1", member.port, directConnection=True, serverSelectionTimeoutMS=1000, timeoutMS=15_000
    ) as client:
        run: Callable[..., dict[str, Any]] = client.admin.command
        return run(*command, **options)
