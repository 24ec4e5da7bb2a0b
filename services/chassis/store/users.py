"""Founds the replica set of a deployment that has its own MongoDB, and makes its users: one for each service, who reads
and writes that service's database and no other, and root.

What is guaranteed: each step may be repeated, so that a start that was cut short is finished by the next; a changed
password is taken over, root's too, where the one before is known. Where there is no set yet, it is founded with its
first member, because MongoDB lets the first user be made only over that member's own loopback interface.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from services.chassis.errors import CommunityError
from services.chassis.store.mongo import UNREACHABLE, Client, OperationFailure, connect, is_passing

R = TypeVar("R")

_APPLICATION = "community-databases"
_UNAUTHORIZED, _AUTHENTICATION_FAILED, _ALREADY_INITIALIZED = 13, 18, 23
_BUSY = frozenset({103, 109, 308})
"""Error codes of a set that has not finished the change before (of its members, by a majority)."""


class DatabasesRefused(
    CommunityError,
    code="databases-refused",
    zh="MongoDB 尚不能使用：{reason}",
    en="MongoDB can't be used yet: {reason}",
):
    """The replica set has no primary, or root's password is not the one that its store has."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of root: `root` is tried first, then those `before` it, which it replaces."""

    root: str
    before: Sequence[str]
    services: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """The set as wanted. The first of `members` is the one on this host, at `here` on the loopback interface."""

    name: str
    members: Sequence[str]
    here: str = "127.0.0.1:27017"

    def url(self, word: str) -> str:
        """The address of the set for root with the password `word`."""
        place = f"root:{quote(word, safe='')}@{','.join(self.members)}"
        return f"mongodb://{place}/?replicaSet={self.name}&authSource=admin"


async def ensure_databases(wanted: ReplicaSet, passwords: Passwords, *, wait: float = 90.0) -> list[str]:
    """Bring set and users to what is wanted. Returns sentences that tell what there is.

    Raises:
        DatabasesRefused: it could not be done within `wait` seconds, or never can be.
    """
    until = time.monotonic() + wait
    admin = await _eventually(lambda: _enter(wanted, passwords), until)
    try:
        await _eventually(lambda: _put_users(admin, passwords.services), until)
        for member in wanted.members:
            await _eventually(lambda member=member: _join(admin, member), until)  # type: ignore[misc]
    finally:
        admin.close()
    return [f"{wanted.name}: {', '.join(wanted.members)}", f"users: root, {', '.join(sorted(passwords.services))}"]


async def _eventually(act: Callable[[], Awaitable[R | None]], until: float) -> R:
    while True:
        trouble = f"it has no primary ({UNREACHABLE[0].__name__})"
        try:
            if (done := await act()) is not None:
                return done
        except (*UNREACHABLE, OperationFailure) as error:
            if isinstance(error, OperationFailure) and not (is_passing(error) or error.code in _BUSY):
                raise DatabasesRefused(reason=str(error.details and error.details.get("errmsg"))) from error
            trouble = f"it has no primary ({type(error).__name__})"
        if time.monotonic() > until:
            raise DatabasesRefused(reason=trouble)
        await asyncio.sleep(0.25)


async def _enter(wanted: ReplicaSet, passwords: Passwords) -> "Client | None":
    """A client of the set as root, after founding the set where there is none; None where root gets in with no password
    yet."""
    if await _found(wanted):
        if (admin := await _as_root(wanted, passwords.root)) is not None:
            return admin
        for word in passwords.before:
            if (admin := await _as_root(wanted, word)) is not None:
                await admin.admin.command("updateUser", "root", pwd=passwords.root)
                admin.close()
                return await _as_root(wanted, passwords.root)
    await _make_root(wanted, passwords.root)
    return await _as_root(wanted, passwords.root)


async def _found(wanted: ReplicaSet) -> bool:
    """Found the set if there is none. Returns whether there was one."""
    client = _here(wanted)
    try:
        if "setName" in await client.admin.command("hello"):
            return True
        members = [{"_id": 0, "host": wanted.members[0]}]
        await client.admin.command("replSetInitiate", {"_id": wanted.name, "members": members})
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:  # the set exists, and has not reported it yet
            raise
    finally:
        client.close()
    return False


async def _as_root(wanted: ReplicaSet, word: str) -> "Client | None":
    client = connect(wanted.url(word), application=_APPLICATION)
    try:
        await client.admin.command("ping")
    except OperationFailure as error:
        client.close()
        if error.code != _AUTHENTICATION_FAILED:
            raise
        return None
    return client


async def _make_root(wanted: ReplicaSet, root: str) -> None:
    client = _here(wanted)
    try:
        await client.admin.command("createUser", "root", pwd=root, roles=["root"])
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:
            raise
        reason = "root's password is not the one that this store has: give that once as MONGODB_ROOT_PASSWORD"
        raise DatabasesRefused(reason=reason) from error
    finally:
        client.close()


async def _put_users(admin: Client, services: Mapping[str, str]) -> bool:
    for name, word in services.items():
        known = (await admin.admin.command("usersInfo", name))["users"]
        order = "updateUser" if known else "createUser"
        await admin.admin.command(order, name, pwd=word, roles=[{"role": "readWrite", "db": f"community_{name}"}])
    return True


async def _join(admin: Client, member: str) -> bool:
    config: dict[str, Any] = (await admin.admin.command("replSetGetConfig"))["config"]
    members = config["members"]
    if member not in [known["host"] for known in members]:
        ids = {known["_id"] for known in members}
        added = {"_id": next(number for number in range(len(ids) + 1) if number not in ids), "host": member}
        grown = {**config, "version": config["version"] + 1, "members": [*members, added]}
        await admin.admin.command("replSetReconfig", grown)
    return True


def _here(wanted: ReplicaSet) -> Client:
    return connect(f"mongodb://{wanted.here}/?directConnection=true", application=_APPLICATION, select_within_ms=2000)
