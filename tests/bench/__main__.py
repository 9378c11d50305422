"""``make bench``: how fast, as ratios within one run; machines differ, so no number here decides anything.

These things are measured. In one warm process (:mod:`tests.bench.engines`): the scanner with the size of what it
reads, and a note to PDF with what bare pandoc and bare WeasyPrint take for the same page. With processes of their own
(:mod:`tests.bench.vaults`): whole vaults, made up and real, cold, unchanged and after one change; and the shell loops
of pandoc and WeasyPrint, Typst (``pip install typst``) or Chromium, as far as they are installed, for the same notes.
And, if asked for (:mod:`tests.bench.large`): what a very large vault costs of which nothing or one note has changed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from tests.bench import engines, large, measure, vaults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="engines, vaults (default: both), large")
    parser.add_argument("--notes", type=int, nargs="*", default=[170], metavar="N", help="sizes of made-up vaults")
    parser.add_argument("--large", type=int, default=26_000, metavar="N", help="notes of the very large vault")
    parser.add_argument("--real", nargs="*", metavar="NAME", help="vaults of ../shared/vaults (default: ja-mitsuoka)")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    what = arguments.what or ["engines", "vaults"]
    results: dict[str, object] = {"machine": platform.machine(), "processors": os.cpu_count()}
    if "vaults" in what:
        measure.adopt()
        real = arguments.real
        if real is None:
            real = [name for name in ("ja-mitsuoka",) if (vaults.SHARED / name).is_dir()]
        with tempfile.TemporaryDirectory(prefix="kumihan-bench-") as folder:
            results["vaults"] = vaults.main(
                Path(folder),
                sizes=arguments.notes,
                real=real,
                jobs=arguments.jobs,
                rounds=arguments.rounds,
                with_peers=not arguments.no_peers,
            )
    if "large" in what:
        measure.adopt()
        with tempfile.TemporaryDirectory(prefix="kumihan-bench-") as folder:
            results["large"] = large.main(Path(folder), arguments.large, rounds=arguments.rounds, say=print)
    if "engines" in what:
        results["engines"] = engines.main(arguments.rounds)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
