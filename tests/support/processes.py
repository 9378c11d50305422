"""What a program prints in processes that hash differently: one answer, if nothing depends on the order of sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def answers(program: str, argument: Path) -> set[bytes]:
    """The different outputs of a Python program that gets ``argument``."""
    return {
        subprocess.run(
            [sys.executable, "-c", program, str(argument)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    }
