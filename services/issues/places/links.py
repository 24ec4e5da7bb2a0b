"""The addresses under which people reach what this service prints on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

REPORT = "/api/issues/v1/report"


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url`: the origin. `report_page`: a frontend's page for reports, with `{place}` in it; None: our own.

    `without_account`: the communities whose page takes reports of whoever passes by, each with its committee's
    telephone.
    """

    public_url: str
    report_page: str | None = None
    without_account: Mapping[str, str] = field(default_factory=dict)

    def sticker(self, place: str) -> str:
        """The address in the code at a place. A sticker stays on its wall for years, so the address is this service's
        own, which leads on from there."""
        return f"{self.public_url.rstrip('/')}{REPORT}?place={quote(place, safe='')}"

    def page(self, place: str) -> str | None:
        """The frontend's page for a report at a place, where there is one."""
        return None if self.report_page is None else self.report_page.replace("{place}", quote(place, safe=""))
