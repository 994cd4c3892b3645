"""Who waits for a worker: the conversations with mail that nobody works on, in the order in which they came."""

from __future__ import annotations

from typing import cast

import redis

from workers.state.connection import state_errors
from workers.state.mailbox import READY

MOST = 1_000


def waiting_turns(client: redis.Redis) -> list[tuple[str, str]]:
    """Return the boxes of waiting conversations, each with the ts of the message that is next there."""
    with state_errors():
        rows = cast("list[bytes]", client.zrange(READY, 0, MOST - 1))
        boxes = [box for row in rows if (box := row.decode()).startswith("turn:")]
        pipe = client.pipeline(transaction=False)
        for box in boxes:
            pipe.exists(f"sb:{{{box}}}:lease")
            pipe.lindex(f"sb:{{{box}}}:mail", 0)
        answers = pipe.execute() if boxes else []
    found = zip(boxes, answers[::2], answers[1::2], strict=True)
    waiting = [(box, head.decode()) for box, is_held, head in found if head and not is_held]
    return sorted(waiting, key=lambda each: float(each[1].partition("~")[0]))
