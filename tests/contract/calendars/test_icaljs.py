"""ical.js, which web calendars use, reads every series as we expand it, over two years."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from playwright._impl._driver import compute_driver_executable  # node comes with what drives the browsers

from deploy.local.fetch_icaljs import icaljs
from tests.unit.events.calendars.test_recurring import END, STORIES, body_of, expected_of

SCRIPT = Path(__file__).parent / "expand.mjs"


def test_every_series_is_read_as_we_expand_it() -> None:
    bodies = [body_of(*story).decode() for story in STORIES]
    node, _ = compute_driver_executable()
    done = subprocess.run(
        [str(node), str(SCRIPT), str(icaljs()), END.isoformat()],
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    end = datetime(END.year, END.month, END.day, tzinfo=UTC)
    for story, found in zip(STORIES, json.loads(done.stdout), strict=True):
        read = sorted((_moment(starts), _moment(ends), title) for starts, ends, title in found)
        expected = [each for each in expected_of(*story) if each[0] < end]
        assert [each for each in read if each[0] < end] == expected, story


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
