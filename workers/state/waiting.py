"""Who waits for a worker: conversations with mail that could be worked on and is not, in the order of asking."""

from __future__ import annotations

from typing import cast

import redis

from workers.state.connection import state_errors
from workers.state.mailbox import READY

MOST = 1_000

# One script instead of two commands for each: the caller answers events in the meantime.
# What waits for a time and not for a worker stands in nobody's way; what is stopped meanwhile wants a worker at once.
_WAITING = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local waiting = {}
for _, box in ipairs(redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)) do
  local key = 'sb:{' .. box .. '}:'
  if string.sub(box, 1, 5) == 'turn:' and redis.call('EXISTS', key .. 'lease') == 0 then
    local head = redis.call('LINDEX', key .. 'mail', 0)
    local parked = tonumber(redis.call('HGET', key .. 'journal', 'not_before') or '0') > now
    if head and (not parked or redis.call('HEXISTS', key .. 'marks', head) == 1) then
      waiting[#waiting + 1] = box
      waiting[#waiting + 1] = head
    end
  end
end
return waiting
"""


class WaitingTurns:
    """The queue as people see it."""

    def __init__(self, client: redis.Redis) -> None:
        self._waiting = client.register_script(_WAITING)

    def turns(self) -> list[tuple[str, str]]:
        """Return the boxes of waiting conversations, each with the ts of the message that is next there."""
        with state_errors():
            flat = cast("list[bytes]", self._waiting(keys=[READY], args=[MOST]))
        found = zip(flat[::2], flat[1::2], strict=True)
        waiting = [(box.decode(), head.decode()) for box, head in found]
        return sorted(waiting, key=lambda each: float(each[1].partition("~")[0]))
