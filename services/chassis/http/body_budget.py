"""Bounds the bytes of bodies that a process holds at once. A caller whose body goes beyond is told to come again.

Small bodies are always taken; how many connections there are bounds them. Who is not known gets a quarter of the room,
so that strangers can't keep those out who are.
"""

from functools import cache

from services.chassis.http.refusals import HandsFull

SMALL = 64 * 1024


class BodyRoom:
    """The room of one process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = self._by_strangers = 0

    @property
    def taken(self) -> int:
        """The bytes that are held now."""
        return self._taken

    def take(self, size: int, *, stranger: bool) -> None:
        """Take room for `size` more bytes.

        Raises:
            HandsFull: there is none.
        """
        if self._taken + size > self._size or (stranger and self._by_strangers + size > self._size // 4):
            raise HandsFull()
        self._taken += size
        self._by_strangers += size if stranger else 0

    def give_back(self, size: int, *, stranger: bool) -> None:
        """Give back the room of so many bytes, which are held no longer."""
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
        """`size` bytes more have come; how many there are now.

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
        """Give back what was taken."""
        self._room.give_back(self._held, stranger=self._stranger)
        self._held = 0


@cache
def room_of(size: int) -> BodyRoom:
    """The room of this process: the same one for all services that run in it."""
    return BodyRoom(size)
