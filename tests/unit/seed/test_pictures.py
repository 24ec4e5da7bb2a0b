"""Photos of what was put right: the same each time, so that a second loading sends no second photo."""

from deploy.local.seed.pictures import put_right
from services.issues.uploads.images import redraw


def test_the_same_name_gives_the_same_picture_and_another_name_another() -> None:
    assert put_right("wall", "1-16-1") == put_right("wall", "1-16-1")
    assert len({put_right("lighting", f"case-{number}") for number in range(100)}) == 100


def test_the_issues_service_can_read_it() -> None:
    picture = redraw(put_right("lighting", "9-2-1"))
    assert (picture.width, picture.height) == (160, 120)
