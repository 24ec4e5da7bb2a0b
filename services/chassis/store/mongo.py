"""The one door to MongoDB: the driver's names that the rest of the project uses, and the connection.

Only this module imports Motor and PyMongo, so that the change to PyMongo Async (Motor gets critical fixes until
May 2027) is made here: the same names bound to `pymongo.asynchronous`, and `await` before `close` and `aggregate`.

What is guaranteed: datetimes are read as aware UTC; dates, enums, sets and UUIDs may stand in a document; a write is
acknowledged by a majority and its journal; every read asks the primary and sees only data that a majority has, so that
nothing is decided, answered, handed on or published which a fail-over could roll back.
What is not guaranteed: a read may be older than a write that is not acknowledged yet, and a primary just deposed may
answer with old data, so writes are guarded by a version or an id. An operation that fails with `UNREACHABLE` may have
been applied: it must be repeated under an id or a version that makes the second time harmless.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, time
from typing import Any, TypeAlias

from bson import Binary, encode
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, TypeRegistry
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
)
from pymongo import (
    ASCENDING,
    DESCENDING,
    DeleteMany,
    DeleteOne,
    IndexModel,
    InsertOne,
    ReadPreference,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
    WriteConcern,
)
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "UNREACHABLE",
    "Binary",
    "Bucket",
    "BulkWriteError",
    "Client",
    "Collection",
    "ConfigurationError",
    "Database",
    "DeleteMany",
    "DeleteOne",
    "Document",
    "DuplicateKeyError",
    "Encoded",
    "IndexModel",
    "InsertOne",
    "InvalidURI",
    "ObjectId",
    "OperationFailure",
    "PyMongoError",
    "ReturnDocument",
    "UpdateMany",
    "UpdateOne",
    "WriteOp",
    "connect",
    "database",
    "encoded",
    "insert_or_find",
    "is_passing",
    "is_repetition",
    "of_primary",
]

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Bucket = AsyncIOMotorGridFSBucket
Encoded = RawBSONDocument
WriteOp: TypeAlias = "UpdateOne | InsertOne[Document] | DeleteOne"

UNREACHABLE = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
"""The store did not answer, or not in time: the outcome is unknown and the same call may succeed later."""

_PASSING_CODES = frozenset({6, 7, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""Error codes that tell of the server's condition, not of the request (fail-over, shutdown, write conflict,
time-out)."""


def is_passing(error: BaseException) -> bool:
    """Whether `error` is trouble of the store that will pass without any change."""
    if isinstance(error, BulkWriteError):
        codes = _codes(error.details or {})
        return bool(codes) and codes <= _PASSING_CODES
    return isinstance(error, UNREACHABLE) or (isinstance(error, OperationFailure) and error.code in _PASSING_CODES)


def is_repetition(error: BulkWriteError) -> bool:
    """Whether `error` only says that some of the inserted documents exist already."""
    return not _codes(error.details or {})


def _codes(report: Mapping[str, Any]) -> set[int]:
    """The error codes in the report of a bulk write, without those of repetitions."""
    failures = [*report.get("writeErrors", ()), *report.get("writeConcernErrors", ())]
    return {failure.get("code", 0) for failure in failures} - {_DUPLICATE}


_DUPLICATE = 11000
_NOT_YET_KNOWN = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value


_CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    tzinfo=UTC,
    uuid_representation=UuidRepresentation.STANDARD,
    type_registry=TypeRegistry(fallback_encoder=_plain),
)


def connect(url: str, *, application: str, select_within_ms: int = 5000, answer_within_ms: int = 20_000) -> Client:
    """A client for `url`, which connects at its first use.

    Args:
        select_within_ms: how long an operation waits for a primary before it fails with `UNREACHABLE`.
        answer_within_ms: how long an operation may take once there is a primary.

    Raises:
        ConfigurationError, InvalidURI: the address can't be read.
    """
    return AsyncIOMotorClient(
        url,
        appname=application,
        serverSelectionTimeoutMS=select_within_ms,
        socketTimeoutMS=answer_within_ms,  # timeoutMS would overrule select_within_ms
        connectTimeoutMS=select_within_ms,
        w="majority",
        maxPoolSize=64,
    )


def database(client: Client, name: str) -> Database:
    """The database `name`, with the read and write concerns that the module describes."""
    return client.get_database(
        name,
        codec_options=_CODEC,
        read_preference=ReadPreference.PRIMARY,
        read_concern=ReadConcern("majority"),
        write_concern=WriteConcern("majority", j=True),
    )


def of_primary(collection: Collection) -> Collection:
    """`collection` as its primary has it, without a wait for a majority, for what may be lost in a fail-over."""
    return collection.with_options(read_concern=ReadConcern("local"), write_concern=WriteConcern(1, j=False))


async def insert_or_find(collection: Collection, document: Document) -> Document:
    """Insert `document` and return it, or return the document that exists under its id, once a majority has it.

    Raises:
        PyMongoError: the store does not answer, or no majority has the document in time.
    """
    for pause in _NOT_YET_KNOWN:
        try:
            await collection.insert_one(document)
        except DuplicateKeyError:
            found: Document | None = await collection.find_one({"_id": document["_id"]})
            if found is not None:
                return found
            await asyncio.sleep(pause)
        else:
            return document
    raise ExecutionTimeout(f"no majority has {document['_id']} yet")


def encoded(document: Document) -> Encoded:
    """`document` encoded as BSON.

    Raises:
        InvalidDocument: a value of the document can't be stored.
    """
    return RawBSONDocument(encode(document, codec_options=_CODEC))
