"""The states in which a case counts as put right, and those in which it counts as open."""

from services.contracts.issues import CaseStatus

CLOSED = (CaseStatus.VERIFIED, CaseStatus.EVALUATED)
SETTLED = (*CLOSED, CaseStatus.REJECTED, CaseStatus.MERGED)
"""A rejected or merged case is not open, and not put right either."""

OPEN = tuple(status for status in CaseStatus if status not in SETTLED)
