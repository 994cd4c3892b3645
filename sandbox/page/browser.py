"""Which Chromium drives the page, for the browser test and the picture; nothing is downloaded."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Return the path of the first Chromium on the PATH, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
