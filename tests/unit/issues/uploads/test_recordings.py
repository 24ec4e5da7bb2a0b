"""Recordings from strangers: the sound is kept and nothing else; what is not entirely a recording is refused."""

from io import BytesIO

import mutagen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.issues.uploads.recordings import (
    MAX_BYTES,
    NotARecording,
    RecordingTooLong,
    frames,
    looks_like_sound,
    strip,
)
from tests.unit.issues.uploads.sounds import SECRET, a_wav, an_aac, an_amr, an_m4a, an_mp3, an_ogg

KINDS = {
    "wav": (a_wav(), "audio/wav", 0.5),
    "mp3": (an_mp3(), "audio/mpeg", 1.0),
    "aac": (an_aac(), "audio/aac", 2.6),
    "amr": (an_amr(), "audio/amr", 1.0),
    "ogg": (an_ogg(), "audio/ogg", 0.4),
    "m4a": (an_m4a(), "audio/mp4", 3.0),
}


@pytest.mark.parametrize("ending", KINDS)
def test_the_sound_is_kept_and_its_labels_are_not(ending: str) -> None:
    data, media_type, seconds = KINDS[ending]
    kept = strip(data)
    assert (kept.media_type, kept.ending, kept.seconds) == (media_type, ending, seconds)
    assert b"SECRET" not in kept.data
    assert strip(kept.data).data == kept.data


@pytest.mark.parametrize("ending", ["wav", "mp3", "ogg", "m4a"])
def test_another_reader_reads_what_is_kept_and_finds_no_label(ending: str) -> None:
    opened = mutagen.File(BytesIO(strip(KINDS[ending][0]).data), filename=f"x.{ending}")
    assert opened is not None
    assert opened.info.length == pytest.approx(KINDS[ending][2], abs=0.1)
    assert not opened.tags


def test_mp4_keeps_its_places_and_loses_its_times() -> None:
    data = an_m4a()
    kept = strip(data).data
    assert len(kept) == len(data)
    assert kept.index(b"mdat") == data.index(b"mdat")
    assert b"\xe0\0\0\0" in data
    assert b"\xe0\0\0\0" not in kept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"PK\x03\x04" + bytes(200),
        an_amr()[:-5],
        an_amr() + b"PK\x03\x04zip",
        an_mp3(labels=False) + b"PK\x03\x04" + bytes(9000),
        an_mp3(frames=10, labels=False) + b"<html>" + b"x" * 9000 + an_mp3(frames=10),
        an_ogg() + b"<html>",
        an_ogg() + an_ogg(),
        an_ogg()[:-3],
        b"RIFF\x10\0\0\0WAVE" + bytes(40),
        a_wav()[:60],
        an_m4a(handlers=(b"soun", b"vide")),
        an_m4a(handlers=(b"vide",)),
        an_m4a(handlers=()),
        an_m4a(behind=b"<html>hello"),
        an_m4a()[:-10],
        b"\0\0\0\x18ftypisom" + bytes(12),
        b"GIF89a" + bytes(500),
    ],
)
def test_what_is_not_entirely_a_recording_is_refused(data: bytes) -> None:
    with pytest.raises(NotARecording):
        strip(data)


def test_what_stands_behind_a_wav_is_left_behind() -> None:
    kept = strip(a_wav(labels=False) + b"PK\x03\x04" + SECRET)
    assert kept.data == a_wav(labels=False)


def test_a_recording_that_was_broken_off_keeps_its_whole_frames() -> None:
    assert strip(an_mp3(labels=False)[:-100]).data == an_mp3(frames=39, labels=False)


def test_frames_without_end_are_not_counted_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def read(data: bytes, at: int) -> frames.Frame | None:
        nonlocal looked
        looked += 1
        return frames.Frame(1, 0.02)

    monkeypatch.setattr(frames, "_amr", lambda sizes: read)
    with pytest.raises(RecordingTooLong):
        strip(b"#!AMR\n" + b"\x7c" * 1_000_000)
    assert looked < 31_000
    with pytest.raises(NotARecording):
        strip(b"ID3\x03\0\0\0\0\0\0" * 100 + an_mp3())


def test_too_long_is_refused_by_time_and_by_size() -> None:
    with pytest.raises(RecordingTooLong):
        strip(an_m4a(seconds=601))
    with pytest.raises(RecordingTooLong):
        strip(an_amr(frames=30_050))
    with pytest.raises(RecordingTooLong):
        strip(a_wav(labels=False) + bytes(MAX_BYTES))


@settings(max_examples=400)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    place=st.integers(0, 100_000),
    change=st.binary(min_size=1, max_size=8),
    cut=st.integers(0, 3),
)
def test_whatever_is_broken_is_kept_clean_or_refused(kind: str, place: int, change: bytes, cut: int) -> None:
    data = bytearray(KINDS[kind][0])
    at = place % len(data)
    data[at : at + len(change)] = change
    try:
        kept = strip(bytes(data[: at + len(change)] if cut == 0 else data))
    except (NotARecording, RecordingTooLong):
        return
    assert len(kept.data) <= len(data) + 64


@given(data=st.binary(max_size=300))
def test_noise_is_no_recording(data: bytes) -> None:
    if not looks_like_sound(data):
        with pytest.raises(NotARecording):
            strip(data)
