"""Databases that tests take one after another: making all indexes of a service anew costs more than most tests do.

A database is lent to one test at a time, and emptied before the next; its collections and indexes stay. Tests in which
processes or relays go on by themselves get one of their own, because what they write late would reach the next test.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient


class Databases:
    """The databases of this test process, by service."""

    def __init__(self, url: str) -> None:
        self._client = MongoClient[dict[str, Any]](url)
        self._free: defaultdict[str, list[str]] = defaultdict(list)

    @contextmanager
    def lent(self, service: str) -> Iterator[str]:
        """The name of an empty database in which earlier tests of `service` may have left collections and indexes."""
        free = self._free[service]
        name = free.pop() if free else f"test_{service}_{secrets.token_hex(5)}"
        yield name
        self._empty(name)
        free.append(name)

    @contextmanager
    def own(self) -> Iterator[str]:
        """The name of a database that is dropped afterwards, and whatever begins with it."""
        name = f"test_{secrets.token_hex(5)}"
        yield name
        self._drop(lambda other: other.startswith(name))

    def _empty(self, name: str) -> None:
        database = self._client[name]
        found = database.list_collection_names(filter={"type": "collection"})
        for collection in self._filled(name, [each for each in found if not each.startswith("system.")]):
            database[collection].delete_many({})
        self._drop(lambda other: other.startswith(name) and other != name)

    def _filled(self, name: str, collections: Sequence[str]) -> list[str]:
        """Those of `collections` that hold something, by one question for all of them: most are empty."""
        if not collections:
            return []
        first, *others = collections
        also = [{"$unionWith": {"coll": at, "pipeline": _look(at)}} for at in others]
        return [found["at"] for found in self._client[name][first].aggregate([*_look(first), *also])]

    def close(self) -> None:
        """Drop all of them."""
        names = {name for free in self._free.values() for name in free}
        self._drop(lambda other: other in names)
        self._client.close()

    def _drop(self, which: Callable[[str], bool]) -> None:
        for name in self._client.list_database_names():
            if which(name):
                self._client.drop_database(name)


def _look(collection: str) -> list[dict[str, Any]]:
    """The stages that say the name of a collection, once, where it holds something."""
    return [{"$limit": 1}, {"$project": {"_id": 0, "at": {"$literal": collection}}}]
