"""Makes a recording that somebody sent harmless: recognised by its content, bounded, its labels left behind.

What is kept is the sound alone: of MP3, AAC and AMR the frames, of WAV format and samples, of MP4 the same boxes with
those that tell of place, device, time and person emptied, of Ogg the stream with empty comments. Whatever stood before,
between or behind is gone; what is not entirely one of these is refused.
"""

import struct
from dataclasses import dataclass

from mutagen import MutagenError

from services.chassis.errors import Invalid
from services.issues.uploads.recordings import frames, mp4, ogg, wav
from services.issues.uploads.recordings.sound import MAX_SECONDS, Kind, NotSound, TooLong

MAX_BYTES = 10 * 1024 * 1024

_KINDS: tuple[Kind, ...] = (wav.KIND, ogg.KIND, mp4.KIND, frames.AMR_KIND, frames.AAC_KIND, frames.MP3_KIND)
_BROKEN = (NotSound, MutagenError, struct.error, ValueError, IndexError, KeyError, EOFError, ZeroDivisionError)


class NotARecording(
    Invalid,
    code="recording.not-readable",
    zh="无法识别的录音，请上传 MP3、M4A、AAC、OGG、WAV 或 AMR 格式。",
    en="This is not a recording that can be read; send MP3, M4A, AAC, Ogg (Opus or Vorbis), WAV or AMR.",
):
    """The content is no recording of a kind that is taken, whatever name or type say."""


class RecordingTooLong(
    Invalid,
    code="recording.too-long",
    status=413,
    zh="录音过长（上限 {megabytes} MB、{minutes} 分钟）。",
    en="The recording is too long (limits: {megabytes} MB, {minutes} minutes).",
):
    """In bytes, or in time."""

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1024 // 1024, minutes=MAX_SECONDS // 60)


@dataclass(frozen=True, slots=True)
class Recording:
    """The sound that is kept. `seconds` is 0 where the file does not tell."""

    data: bytes
    media_type: str
    ending: str
    seconds: float


def looks_like_sound(data: bytes) -> bool:
    """Whether `data` begins as a recording does."""
    return _kind(data) is not None


def strip(data: bytes) -> Recording:
    """The recording in `data` without anything but its sound. Takes processor time: call it in a thread.

    Raises:
        NotARecording: it is none, is broken, or is something else as well.
        RecordingTooLong: more bytes or minutes than allowed.
    """
    if len(data) > MAX_BYTES:
        raise RecordingTooLong()
    kind = _kind(data)
    if kind is None:
        raise NotARecording()
    try:
        sound = kind.strip(data)
    except TooLong:
        raise RecordingTooLong() from None
    except _BROKEN:
        raise NotARecording() from None
    if sound.seconds > MAX_SECONDS:
        raise RecordingTooLong()
    return Recording(sound.data, kind.media_type, kind.ending, round(sound.seconds, 1))


def _kind(data: bytes) -> Kind | None:
    return next((kind for kind in _KINDS if kind.matches(data)), None)
