"""Which cases count as put right, and which as open."""

from services.contracts.issues import CaseStatus

CLOSED = (CaseStatus.VERIFIED, CaseStatus.EVALUATED)
SETTLED = (*CLOSED, CaseStatus.REJECTED, CaseStatus.MERGED)
"""A rejected or merged case is nobody's open problem; it is not one put right either."""

OPEN = tuple(status for status in CaseStatus if status not in SETTLED)
