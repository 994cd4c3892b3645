"""`python -m bench.chaos`: one run; the same seed draws the same questions and faults."""

from __future__ import annotations

import argparse
import dataclasses
import secrets
from pathlib import Path

from bench.chaos import plan, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="Real processes under faults, counted.")
    parser.add_argument("--seed", type=int, help="what to draw from; any other number when left out")
    parser.add_argument("--mentions", type=int, help="how many questions")
    parser.add_argument("--short", action="store_true", help="about two minutes, for every change")
    parser.add_argument("--edits", action="store_true", help="let answers grow by edits, as where Slack has no streams")
    parser.add_argument("--folder", type=Path, default=run.FOLDER, help="where data and logs lie")
    options = parser.parse_args()
    size = plan.SHORT if options.short else plan.Size()
    if options.mentions:
        share = options.mentions / size.mentions
        size = dataclasses.replace(
            size,
            mentions=options.mentions,
            conversations=min(size.conversations, options.mentions),
            faults=max(int(size.faults * share), 1),
            least_faults=int(size.least_faults * share),
        )
    seed = secrets.randbelow(10_000) if options.seed is None else options.seed
    return run.run(plan.draw(seed, size), options.folder, streams=not options.edits)


if __name__ == "__main__":
    raise SystemExit(main())
