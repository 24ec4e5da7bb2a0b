"""What the applied runs lean on: the reading of open doors, the next version, the script of a roll."""

import shutil
import subprocess
from pathlib import Path

import pytest

from services.contracts.compatibility import differing
from services.issues.cases.domain.case import Case
from tests.applied import doors, next_version

ROOT = Path(__file__).parents[2]
TABLES = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000 10001        0 1
   1: 0B00007F:9C4F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
   2: 0200CB0A:1F40 0100CB0A:D431 01 00000000:00000000 00:00000000 00000000 10001        0 3
  sl  local_address                         remote_address                        st tx_queue rx_queue tr
   0: 00000000000000000000000000000000:2384 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:2385 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF00000100007F:2386 00000000000000000000000000000000:0000 0A 00000000:00000000
"""


def test_what_listens_for_others_is_found() -> None:
    assert doors.listening(TABLES) == {8000, 9092}


def test_the_next_version_differs_by_what_the_rule_allows(tmp_path: Path) -> None:
    for path, _, _ in next_version.CHANGES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    next_version.change(tmp_path)
    for path, _, line in next_version.CHANGES:
        text = (tmp_path / path).read_text("utf-8")
        compile(text, path, "exec")
        assert line in text
    present = Case.model_json_schema()
    field = {next_version.FIELD: {"type": "integer", "default": 2}}
    assert differing(present, present | {"properties": present["properties"] | field}) == []


def test_a_tree_without_what_is_changed_has_no_next_version(tmp_path: Path) -> None:
    path, _, _ = next_version.CHANGES[0]
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("x = 1\n")
    with pytest.raises(LookupError, match="declares no class"):
        next_version.change(tmp_path)


def test_the_script_of_a_roll_is_one() -> None:
    subprocess.run(["sh", "-n", "deploy/compose/roll.sh"], cwd=ROOT, check=True)
