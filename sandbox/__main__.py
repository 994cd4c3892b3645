"""`python -m sandbox demo | smoke | redis`: the commands behind the Makefile's targets."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable

from sandbox.procfile import CHECKOUT

REDIS_PORT = 6379


def demo() -> int:
    """Open the sandbox with its web page."""
    from sandbox.demo import run

    return run()


def smoke() -> int:
    """Hold one scripted conversation; exit 1 if anything is not as it should be."""
    from sandbox.smoke import run

    return run()


def redis() -> int:
    """Run a Redis-protocol server on the usual port, its data in .sandbox/."""
    from sandbox.redis_server import RedisServer

    with RedisServer(CHECKOUT / ".sandbox" / "own-redis", appendonly=True, port=REDIS_PORT) as server:
        print(f"{server.url} (Ctrl-C stops it)", flush=True)
        threading.Event().wait()
    return 0


COMMANDS: dict[str, Callable[[], int]] = {"demo": demo, "smoke": smoke, "redis": redis}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The bot with nothing but this checkout.")
    parser.add_argument("command", choices=COMMANDS, help="what to run")
    try:
        return COMMANDS[parser.parse_args().command]()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
