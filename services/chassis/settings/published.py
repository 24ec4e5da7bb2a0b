"""Every secret that this project has ever published as a default: whoever can read the project knows them.

They open nothing outside development. A default that is taken back stays in this list, for stores that began with it.
"""

from typing import Final
from urllib.parse import unquote_plus

PASSWORDS: Final = frozenset({"trying-it-out"})
CLUSTER_KEYS: Final = frozenset({"dHJ5aW5nLWl0LW91dA=="})
"""Of MongoDB's replica set: it opens every database."""

SECRETS: Final = PASSWORDS | CLUSTER_KEYS


def holds_a_published_secret(text: str) -> bool:
    """Whether one stands in `text`, as it is or as addresses write it."""
    return any(secret in text or secret in unquote_plus(text) for secret in SECRETS)
