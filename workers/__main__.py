"""`python -m workers doctor`."""

from __future__ import annotations

import sys

from workers.settings import SlackWayIn, WorkerSettings, load


def main() -> int:
    """Run the command that was named; the settings are checked first."""
    if sys.argv[1:] != ["doctor"]:
        sys.stderr.write("usage: python -m workers doctor\n")
        return 2
    settings = load(WorkerSettings, SlackWayIn)
    from workers import doctor

    return doctor.main(settings, SlackWayIn())


if __name__ == "__main__":
    raise SystemExit(main())
