"""What all images start with loads no library that only some of them have."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OF_ONE_SERVICE = {"confluent_kafka", "mutagen", "numpy", "ortools", "pikepdf", "PIL", "scipy", "segno", "sklearn"}
"""As deploy/Dockerfile takes them out of the images of the others."""


def test_the_commands_start_in_every_image() -> None:
    seen = "import sys, services.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert OF_ONE_SERVICE.isdisjoint(loaded.split())
