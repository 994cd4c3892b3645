"""`python -m workers doctor`, and `settings`, which only says whether the processes could start with theirs."""

from __future__ import annotations

import sys

from workers.settings import BotSettings, SlackWayIn, WorkerSettings, cannot_start, load_what_is_there, wrong_for


def main() -> int:
    """Run the command that was named."""
    if sys.argv[1:] == ["settings"]:
        wrong = wrong_for(BotSettings, WorkerSettings)
        sys.stderr.write(cannot_start(wrong) if wrong else "")
        return 2 if wrong else 0
    if sys.argv[1:] != ["doctor"]:
        sys.stderr.write("usage: python -m workers doctor|settings\n")
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
