"""Bounds the bytes of bodies that a process holds at once. A caller whose body goes beyond is refused, and told when to
try again.

Small bodies are always taken, for the number of connections bounds them. Callers without a valid token share a quarter
of the room, so that they can't keep out callers who have one.
"""

from functools import cache

from services.chassis.http.refusals import HandsFull

SMALL = 64 * 1024


class BodyRoom:
    """The bytes that bodies may take in one process, and those that they take now."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = self._by_strangers = 0

    @property
    def taken(self) -> int:
        """The bytes that are held now."""
        return self._taken

    def take(self, size: int, *, stranger: bool) -> None:
        """Take room for `size` more bytes, in the quarter of strangers where the caller is a `stranger`.

        Raises:
            HandsFull: there is no room.
        """
        if self._taken + size > self._size or (stranger and self._by_strangers + size > self._size // 4):
            raise HandsFull()
        self._taken += size
        self._by_strangers += size if stranger else 0

    def give_back(self, size: int, *, stranger: bool) -> None:
        """Give back the room of `size` bytes that are held no longer."""
        self._taken -= size
        self._by_strangers -= size if stranger else 0


class Share:
    """The share of the room that one request takes."""

    __slots__ = ("_held", "_room", "_size", "_stranger")

    def __init__(self, room: BodyRoom, *, stranger: bool) -> None:
        self._room = room
        self._stranger = stranger
        self._size = self._held = 0

    def grow(self, size: int) -> int:
        """Count `size` more bytes of the body. Returns how many have come in all.

        Raises:
            HandsFull: there is no room for them.
        """
        self._size += size
        if self._size > SMALL:
            more = self._size - self._held
            self._room.take(more, stranger=self._stranger)
            self._held += more
        return self._size

    def close(self) -> None:
        """Give back the room that this request has taken."""
        self._room.give_back(self._held, stranger=self._stranger)
        self._held = 0


@cache
def room_of(size: int) -> BodyRoom:
    """The room of this process, `size` bytes large: one room for all services that run in the process."""
    return BodyRoom(size)
