"""The shipped table. It is read when this module is imported, because it is part of the program."""

from pathlib import Path

from services.notify.routing.domain.kinds import Kinds
from services.notify.routing.domain.table import Table

TABLE: Table = Table.model_validate_json((Path(__file__).parent / "table.v1.json").read_bytes())
RULES: Kinds = TABLE.kinds
