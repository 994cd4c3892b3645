"""`python -m bench`: measures the real processes against the stand-ins; a table on the screen, JSON in bench/results/.

Figures are reported, never asserted: a busy machine is no fault of the program.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.batches import measure_batches
from bench.burst import measure_bursts
from bench.caching import measure_caching
from bench.creates import measure_creates
from bench.duplicates.measure import measure_duplicates
from bench.events import measure_events
from bench.figures import Figure
from bench.knowledge.measure import measure_knowledge
from bench.overhead import measure_overhead
from bench.report import RESULTS, table, write_json
from bench.takeover import measure_takeover
from bench.texts import measure_texts

PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "knowledge": measure_knowledge,
    "overhead": measure_overhead,
    "takeover": measure_takeover,
    "burst": measure_bursts,
    "batches": measure_batches,
    "duplicates": measure_duplicates,
    "events": measure_events,
    "caching": measure_caching,
    "creates": measure_creates,
    "texts": measure_texts,
}


def main() -> int:
    """Measure the parts that were asked for and return 0."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all if none is named")
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := set(asked) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        for name in asked:
            sys.stderr.write(f"measuring {name} …\n")
            figures += PARTS[name](folder / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(figures))
    write_json(figures, RESULTS / "latest.json")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
