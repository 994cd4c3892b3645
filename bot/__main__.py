"""`python -m bot`: read the settings, listen, leave in order on SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading

from bot.app import create_app
from workers.jobs import open_door
from workers.logs import configure_logging
from workers.settings import BotSettings, load

# What still hangs this long after SIGTERM is given up, so that the process is gone within 10 s.
GIVE_UP_SECONDS = 8.5


def main() -> int:
    """Run until told to stop; return the exit status."""
    settings = load(BotSettings)
    configure_logging(settings.log_level, settings.log_format)
    try:
        asyncio.run(_listen(settings))
    except OSError as error:
        sys.stderr.write(f"support-bot cannot listen on {settings.host}:{settings.port}: {error.strerror}\n")
        return 1
    return 0


async def _listen(settings: BotSettings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    listener = create_app(settings, open_door(settings))
    # What the libraries made at import stays for ever: no collection has to walk through it while an event waits.
    gc.freeze()
    try:
        await listener.start()
        await stopping.wait()
        # A thread that waits for a Redis that stands still must not hold the process; Slack brings again what it had.
        last = threading.Timer(GIVE_UP_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()
    finally:
        await listener.stop()


if __name__ == "__main__":
    raise SystemExit(main())
