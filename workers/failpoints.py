"""Places where a test has a process die as in a crash: named in the code, armed by one environment variable.

`SUPPORT_BOT_FAILPOINT=reply_posted` kills the process when it passes there, `reply_posted:2` the second time, and
`reply_posted:1:stop` freezes it instead, as a machine does that stands still. Unarmed, a place costs one comparison.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading

NAME = "SUPPORT_BOT_FAILPOINT"

_place, _, _rest = os.environ.get(NAME, "").partition(":")
_number, _, _how = _rest.partition(":")
_fatal_pass = int(_number or 1)
_passes = itertools.count(1)
_lock = threading.Lock()


def failpoint(name: str) -> None:
    """Go on, unless this very place is armed: then the process ends at once, without a goodbye."""
    if name != _place:
        return
    with _lock:
        if next(_passes) == _fatal_pass:
            # To this thread: sent to the process another one may take it, and this one go a few steps further.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP if _how == "stop" else signal.SIGKILL)
