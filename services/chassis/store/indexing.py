"""Makes the indexes of collections. What is there already costs nothing, so it may be done at every start."""

from collections.abc import Mapping, Sequence

from services.chassis.store.mongo import Database, IndexModel


async def make_indexes(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
    """Make the indexes of each collection that are missing. It returns once all stand.

    Raises:
        PyMongoError: the store does not answer, or has another index of the same name.
    """
    for collection, models in indexes.items():
        if models:
            await database[collection].create_indexes(models)
