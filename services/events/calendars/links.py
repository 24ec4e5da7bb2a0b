"""Where people read about activities: the addresses of their pages, under the origin of the deployment."""

CALENDAR = "/calendar"
PICTURES = "/api/events/v1/pictures"


def activity_page(origin: str, community: str, id: str) -> str:
    """The page of one activity."""
    return f"{origin}{CALENDAR}/{community}/{id}"


def picture(origin: str, id: str) -> str:
    """A picture of an activity."""
    return f"{origin}{PICTURES}/{id}"


def series_page(origin: str, community: str, id: str) -> str:
    """The page of a series, with its next dates."""
    return f"{origin}{CALENDAR}/{community}/series/{id}"


def community_page(origin: str, community: str) -> str:
    """The calendar of a community."""
    return f"{origin}{CALENDAR}/{community}"
