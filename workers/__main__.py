"""`python -m workers doctor`."""

from __future__ import annotations

import sys

from workers.settings import SlackWayIn, WorkerSettings, cannot_start, load_what_is_there


def main() -> int:
    """Run the command that was named."""
    if sys.argv[1:] != ["doctor"]:
        sys.stderr.write("usage: python -m workers doctor\n")
        return 2
    settings, faults = load_what_is_there(WorkerSettings)
    way_in, more = load_what_is_there(SlackWayIn)
    faults |= more
    if faults:
        sys.stderr.write(cannot_start(faults.values()))
    from workers import doctor

    return doctor.main(settings, way_in, faults)


if __name__ == "__main__":
    raise SystemExit(main())
