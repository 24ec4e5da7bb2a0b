"""Looks through JSON while it arrives: how deep, how many values, and where it can be cut into pieces.

No value is built before the bounds are known to hold, and the event loop is never held for longer than a slice takes. A
long text is then read piece by piece: each piece is completed to a JSON text of its own, parsed, and joined to the
pieces before.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator
from typing import Any

import orjson

from services.chassis.http.refusals import BodyNotJson, BodyTooDeep, BodyTooMany, NumberOutOfRange, TextTooLong
from services.chassis.http.texts import check_text, may_be_unfit, texts_of

DEEPEST = 32
SLICE = 32 * 1024
"""How many bytes are looked through, or parsed, in one go."""
WHOLE = 2 * SLICE
"""The most bytes of a text that is parsed whole; longer texts are parsed in pieces."""
LONGEST = 8 * SLICE
"""The most bytes between two commas. A text is cut only at commas, and a part that can't be cut is parsed in one go."""

_TEXTS = 2000
"""How many texts are checked for control characters in one go."""
_INT64 = 2**63
_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+(?:(")|\\?\Z)'
_TOKEN = re.compile(rb'"' + _STRING + rb"|[\[\]{},]", re.DOTALL)
_REST = re.compile(_STRING, re.DOTALL)
_CLOSES = {ord("["): ord("]"), ord("{"): ord("}")}
_COMMA, _QUOTE, _OBJECT = ord(","), ord('"'), ord("{")
_LONG_NUMBER = re.compile(rb"\d{19}")
_TOKEN_OR_NUMBER = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(-?\d[\d.eE+-]*)', re.DOTALL)
_DANGLING = b",[{:"
_UNBEGUN = b",]}:"


class _NotJson(BodyNotJson):
    """A text is not JSON. `at` is the place of the mistake as the parser counts it."""

    def __init__(self, error: orjson.JSONDecodeError) -> None:
        super().__init__(line=error.lineno, column=error.colno)
        self.at = error.pos


class Scan:
    """Counts depth and values of a JSON text while its parts arrive.

    The scan does not check the grammar. For a text that is not JSON its counts mean nothing, and the parser refuses the
    text.
    """

    def __init__(self, *, values: int, deepest: int = DEEPEST, piece: int = SLICE) -> None:
        self._most = values
        self._deepest = deepest
        self._piece = piece
        self._in_string = self._escaped = False
        self._stack = bytearray()
        self._size = self._values = self._last = self._comma = 0
        self.cuts: list[tuple[int, bytes]] = []
        """The places of commas at which the text can be cut, about a slice apart, each with the brackets that are open
        there."""

    def feed(self, data: bytes) -> None:
        """Look through `data`, the next part of the text.

        Raises:
            BodyTooDeep: brackets are nested more deeply than the bound.
            BodyTooMany: there are more values than the bound.
            TextTooLong: more than `LONGEST` bytes came without a comma.
        """
        at = self._rest_of_string(data) if self._in_string else 0
        stack, base = self._stack, self._size
        if not self._in_string:
            for token in _TOKEN.finditer(data, at):
                char = data[token.start()]
                if char == _QUOTE:
                    if token[1] is None:
                        self._in_string, self._escaped = True, _ends_in_escape(token[0])
                elif char == _COMMA:
                    self._values += 1
                    self._comma = place = base + token.start()
                    if place - self._last >= self._piece:
                        self.cuts.append((place, bytes(stack)))
                        self._last = place
                elif char in _CLOSES:
                    self._values += 1
                    stack.append(char)
                    if len(stack) > self._deepest:
                        raise BodyTooDeep(limit=self._deepest)
                elif stack:
                    stack.pop()
            if self._values > self._most:
                raise BodyTooMany(limit=self._most)
        self._size += len(data)
        if self._size - self._comma > LONGEST:
            raise TextTooLong(limit=LONGEST)

    def feed_whole(self, data: bytes) -> None:
        """Look through a text that has come in one piece, unless it is too small to break a bound. Raises what `feed`
        raises."""
        if len(data) > min(self._piece, self._most) or data.count(b"[") + data.count(b"{") > self._deepest:
            self.feed(data)

    def _rest_of_string(self, data: bytes) -> int:
        start = 1 if self._escaped and data else 0
        self._escaped = self._escaped and not data
        found = _REST.match(data, start)
        if found is None:
            return len(data)
        self._in_string = found[1] is None
        if self._in_string:
            self._escaped = _ends_in_escape(found[0])
        return found.end()


def _ends_in_escape(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


def slices(data: bytes) -> Iterator[bytes]:
    """The parts of `data`, at most `SLICE` bytes each."""
    if len(data) <= SLICE:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(data), SLICE):
        yield bytes(view[start : start + SLICE])


def parse(text: bytes) -> Any:
    """The value of `text`, whose depth a scan has checked.

    Raises:
        BodyNotJson: `text` isn't JSON in UTF-8.
        NumberOutOfRange: an integer in it is larger than 64 bits.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _NotJson(error) from None
    if _LONG_NUMBER.search(text):
        _check_numbers(text)
    return value


def _check_numbers(text: bytes) -> None:
    for token in _TOKEN_OR_NUMBER.finditer(text):
        number = token[1]
        whole = number is not None and number.lstrip(b"-").isdigit()
        if whole and (len(number) > 20 or not -_INT64 <= int(number) < _INT64):
            raise NumberOutOfRange()


async def parse_in_pieces(text: bytes, cuts: list[tuple[int, bytes]]) -> Any:
    """The value of `text` as `parse` gives it. Other requests are served between two pieces.

    Raises:
        BodyNotJson: `text` isn't JSON, or an object that spans pieces has a name twice.
        NumberOutOfRange: an integer in it is larger than 64 bits.
        ControlCharacter: a text in it has one.
    """
    joint = _Joint(text)
    start, opened = 0, b""
    for end, stack in cuts:
        joint.add(start, end, opened, stack)
        start, opened = end + 1, stack
        await asyncio.sleep(0)
    joint.add(start, len(text), opened, b"")
    if joint.suspect:
        for count, (pointer, found) in enumerate(texts_of(joint.value)):
            check_text(found, pointer)
            if count % _TEXTS == 0:
                await asyncio.sleep(0)
    return joint.value


class _Joint:
    """A JSON value that grows piece by piece. `_open` holds its unfinished arrays and objects, from the outermost
    inwards.

    To parse a piece by itself, the brackets that are open at its start are put before it, and those that it leaves open
    are closed behind it. Random marks, which no text can contain on purpose, show where the piece ends, and name the
    member of an object that the piece continues.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._view = memoryview(text)
        self._goes_on, self._ends = secrets.token_hex(8), secrets.token_hex(8)
        self._open: list[Any] = []
        self.value: Any = None
        self.suspect = False
        """Whether a text in the value may hold a control character, so that all of them have to be checked."""

    def add(self, start: int, end: int, opened: bytes, left_open: bytes) -> None:
        """Parse the piece of the text from `start` to `end` and join its value. `opened` and `left_open` are the
        brackets open at its start and at its end."""
        piece = bytes(self._view[start:end])
        bare = piece.strip(b" \t\r\n")
        last = end == len(self._text)
        if not bare or (start > 0 and bare[0] in _UNBEGUN) or (not last and (not left_open or bare[-1] in _DANGLING)):
            raise self._fault(start)
        self.suspect = self.suspect or may_be_unfit(piece)
        opening = self._opening(opened)
        try:
            value = parse(opening + piece + self._closing(left_open))
        except _NotJson as error:
            raise self._fault(start + max(0, error.at - len(opening))) from None
        if start == 0:
            self.value = value
        else:
            self._join(value, len(opened))
        self._open = self._unfinished(start, len(left_open))

    def _opening(self, opened: bytes) -> bytes:
        """The text that opens the brackets `opened`, each around the next. A bracket inside an object stands under the
        mark for a continued member."""
        name = f'{{"{self._goes_on}":'.encode()
        inner = [name if bracket == _OBJECT else b"[" for bracket in opened[:-1]]
        return b"".join([*inner, opened[-1:]])

    def _closing(self, left_open: bytes) -> bytes:
        """The text that ends a piece with a mark and closes the brackets `left_open`."""
        if not left_open:
            return b""
        mark = f',"{self._ends}"'.encode() + (b":0" if left_open[-1] == _OBJECT else b"")
        return mark + bytes(_CLOSES[bracket] for bracket in reversed(left_open))

    def _join(self, value: Any, depth: int) -> None:
        for level, known in enumerate(self._open):
            inside = None
            if isinstance(known, dict):
                if level < depth - 1:
                    inside = value.pop(self._goes_on)
                for name, item in value.items():
                    known.pop(name, None)
                    known[name] = item
            else:
                if level < depth - 1:
                    inside, *value = value
                known.extend(value)
            value = inside

    def _unfinished(self, start: int, depth: int) -> list[Any]:
        """The arrays and objects that stay open after a piece, from the outermost inwards, without the mark at its end.
        Raises a fault where the mark is not at the end."""
        found: list[Any] = []
        value = self.value
        for _ in range(depth):
            if not isinstance(value, dict | list):
                raise self._fault(start)
            found.append(value)
            value = value[next(reversed(value))] if isinstance(value, dict) else value[-1]
        if found:
            innermost = found[-1]
            name = next(reversed(innermost)) if isinstance(innermost, dict) else innermost[-1]
            if name != self._ends:  # an object had a name twice, so that the member read last is not the open one
                raise self._fault(start)
            innermost.pop(name if isinstance(innermost, dict) else -1)
        return found

    def _fault(self, at: int) -> BodyNotJson:
        at = min(at, len(self._text))
        return BodyNotJson(line=self._text.count(b"\n", 0, at) + 1, column=at - self._text.rfind(b"\n", 0, at))
