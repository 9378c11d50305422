"""``make sheet``: every case of the case files printed, source and effect, in one document per format.

Each case is a note of its own that the sheet embeds, so that none can hide or take in the next.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from convert.cli import main as kumihan
from tests.test_cases import CASE, CASES, FENCE

TICKS = "`" * 9


def write(vault: Path) -> Path:
    """Write the sheet's vault; returns the note that shows all."""
    sheet = ["---\ntitle: 記法の一覧\n---\n"]
    for file in sorted(CASES.glob("*.md")):
        text = file.read_text("utf-8")
        title = re.search(r"^# (.+)$", text, re.M)
        sheet.append(f"## {title[1] if title else file.stem}\n")
        for number, case in enumerate(CASE.finditer(text), 1):
            source = next(fence["text"] for fence in FENCE.finditer(case["rest"]) if fence["kind"] == "input")
            name = f"{file.stem}-{number}"
            (vault / f"{name}.md").write_text(source, "utf-8")
            sheet.append(f"#### {case['name'].replace('`', '')}\n\n{TICKS}\n{source}{TICKS}\n\n![[{name}]]\n")
    note = vault / "sheet.md"
    note.write_text("\n".join(sheet), "utf-8")
    return note


def main() -> int:
    """Print the sheet into the folder that the command line names."""
    place = Path(sys.argv[1] if len(sys.argv) > 1 else "out/sheet")
    with tempfile.TemporaryDirectory() as folder:
        note = write(Path(folder))
        return kumihan(["build", str(note), "--to", "pdf,docx,html", "-o", str(place), "-q"])


if __name__ == "__main__":
    sys.exit(main())
