"""The Lua of the mailbox. Scripts see ids only; bodies pass through unread. Times come from Redis' own clock.

KEYS of every script are those of one mailbox, in the order of `BOX_KEYS`, then the ready index.
"""

from __future__ import annotations

BOX_KEYS = ("mail", "body", "lease", "fence", "journal", "history", "marks", "part", "ready")

_HEAD = """
local mail, body, lease, fence, journal, history, marks, part, ready = unpack(KEYS)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

# Stores a message once. A stranger's follow-up is not marked as seen: its twin may be a mention. It is kept for a
# while, the last few of a thread: the mention above it may come late. `overtaken`: what belongs to it came before it.
PUT = (
    _HEAD
    + """
local sign, seen, threads, ahead, strangers = KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local id, data, box, grace, seen_ttl, ttl, limit, sign_ms = unpack(ARGV)
local asked, thread, stranger_ttl, most_strangers = ARGV[9] == '1', ARGV[10], ARGV[11], tonumber(ARGV[12])
if redis.call('EXISTS', seen) == 1 then return 'seen' end
-- `part` holds the ts of the first question: what was written above it was not said to the bot, however late it comes.
local since, written = redis.call('GET', part), tonumber(id)
if not asked and (not since or (written and written < (tonumber(since) or 0))) then
  if not written then return 'stranger' end
  redis.call('HSET', strangers, id, data)
  redis.call('EXPIRE', strangers, stranger_ttl)
  local kept = redis.call('HKEYS', strangers)
  table.sort(kept, function(one, other) return tonumber(one) < tonumber(other) end)
  if #kept > most_strangers then redis.call('HDEL', strangers, kept[1]) end
  return 'stranger'
end
if asked and written and written < (tonumber(since) or math.huge) then since = id end
if redis.call('LLEN', mail) >= tonumber(limit) then return 'full' end
redis.call('SET', seen, 1, 'EX', seen_ttl)
-- In the order of writing, not of arrival; what has begun stays first. Only a ts tells when something was written.
local later, begun = nil, redis.call('HGET', journal, 'id')
for _, other in ipairs(tonumber(id) and redis.call('LRANGE', mail, 0, -1) or {}) do
  if other ~= begun and (tonumber(other) or 0) > tonumber(id) then later = other break end
end
if later then redis.call('LINSERT', mail, 'BEFORE', later, id) else redis.call('RPUSH', mail, id) end
redis.call('HSET', body, id, data)
redis.call('EXPIRE', mail, ttl)
redis.call('EXPIRE', body, ttl)
redis.call('SET', part, since or 0, 'EX', ttl)
if thread ~= '' then
  redis.call('ZADD', threads, now, thread)
  redis.call('ZREMRANGEBYSCORE', threads, '-inf', now - ttl * 1000)
  redis.call('EXPIRE', threads, ttl)
end
if tonumber(sign_ms) > 0 then redis.call('SET', sign, 1, 'PX', sign_ms) end
if redis.call('EXISTS', lease) == 0 then redis.call('ZADD', ready, now + grace, box)
else redis.call('ZADD', ready, 'NX', now + grace, box) end
redis.call('HDEL', strangers, id)
if redis.call('EXISTS', ahead) == 1 then return 'overtaken' end
for _, other in ipairs(asked and written and redis.call('HKEYS', strangers) or {}) do
  if tonumber(other) > written then return 'overtaken' end
end
return 'new'
"""
)

# Takes the head for one worker. `later` means that its turn waits for a time; `held` that somebody works on it.
CLAIM = (
    _HEAD
    + """
local box, lease_ms, ttl = unpack(ARGV)
local id = redis.call('LINDEX', mail, 0)
if not id then redis.call('ZREM', ready, box) return {'empty'} end
local left = redis.call('PTTL', lease)
if left > 0 then redis.call('ZADD', ready, 'NX', now + left + 500, box) return {'held'} end
local wait = tonumber(redis.call('HGET', journal, 'not_before') or '0')
local mark = redis.call('HGET', marks, id)
if wait > now and (not mark or mark == redis.call('HGET', journal, 'obeyed')) then
  redis.call('ZADD', ready, wait, box)
  return {'later'}
end
-- Never below the clock: a failover may forget the last token, which must not be given a second time.
local token = math.max((tonumber(redis.call('GET', fence)) or 0) + 1, t[1] * 1000000 + t[2])
token = string.format('%.0f', token)
redis.call('SET', fence, token, 'EX', ttl * 2)
redis.call('SET', lease, token, 'PX', lease_ms)
if redis.call('HGET', journal, 'id') ~= id then
  redis.call('DEL', journal)
  redis.call('HSET', journal, 'id', id)
end
redis.call('EXPIRE', journal, ttl)
local attempts = redis.call('HINCRBY', journal, 'attempts', 1)
redis.call('ZADD', ready, now + lease_ms + 500, box)
return {'ok', token, id, redis.call('HGET', body, id) or '', attempts,
        redis.call('HGET', marks, id) or '', redis.call('HGETALL', journal)}
"""
)

RENEW = (
    _HEAD
    + """
local box, token, id, lease_ms = unpack(ARGV)
if redis.call('GET', lease) ~= token then return {0, ''} end
redis.call('PEXPIRE', lease, lease_ms)
redis.call('ZADD', ready, now + lease_ms + 500, box)
return {1, redis.call('HGET', marks, id) or ''}
"""
)

JOURNAL = (
    _HEAD
    + """
if redis.call('GET', lease) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', journal, ARGV[i], ARGV[i + 1]) end
return 1
"""
)

# History appended, mail removed, journal dropped, lease given up: all or nothing.
COMMIT = (
    _HEAD
    + """
local box, token, id, ttl, entry, drop, known = unpack(ARGV)
if redis.call('GET', lease) ~= token then return 'fenced' end
if redis.call('LINDEX', mail, 0) ~= id then return 'fenced' end
if entry ~= '' then
  local length = redis.call('RPUSH', history, entry)
  -- Somebody who shortened the history meanwhile has dropped what was to be dropped.
  if tonumber(drop) > 0 and length == tonumber(known) + 1 then redis.call('LTRIM', history, drop, -1) end
end
redis.call('EXPIRE', history, ttl)
redis.call('EXPIRE', part, ttl)
redis.call('LPOP', mail)
redis.call('HDEL', body, id)
redis.call('HDEL', marks, id)
redis.call('DEL', journal, lease)
if redis.call('LLEN', mail) == 0 then redis.call('ZREM', ready, box) return 'idle' end
redis.call('ZADD', ready, now, box)
return 'more'
"""
)

# The answer is about to be handed to Slack whole: no edit from here on, unless one came before.
SEAL = (
    _HEAD
    + """
local token, id = unpack(ARGV)
if redis.call('GET', lease) ~= token then return 'fenced' end
local mark = redis.call('HGET', marks, id)
if mark then return mark end
redis.call('HSET', journal, 'sealed', 1)
return ''
"""
)

# New words for a message that waits or is being answered. `late` once its answer is sealed or it is gone, `changed` if
# it is no longer what the caller read. Words that only look new leave the answer alone.
EDIT = (
    _HEAD
    + """
local id, data, box, instead_of, is_same = unpack(ARGV)
local stored = redis.call('HGET', body, id)
if not stored then return 'late' end
if instead_of ~= '' and stored ~= instead_of then return 'changed' end
if redis.call('HGET', journal, 'id') == id and redis.call('HEXISTS', journal, 'sealed') == 1 then return 'late' end
local mark = redis.call('HGET', marks, id)
if mark and mark ~= 'edited' then return 'late' end
redis.call('HSET', body, id, data)
if is_same == '1' then return 'same' end
if redis.call('HGET', journal, 'id') == id then
  redis.call('HSET', marks, id, 'edited')
  redis.call('EXPIRE', marks, 86400)
  if redis.call('EXISTS', lease) == 0 then redis.call('ZADD', ready, now, box) end
end
return 'edited'
"""
)

# Begins the head anew with its new words, in the same Slack messages; what was done before is still to be said.
RESTART = (
    _HEAD
    + """
local box, token, id = unpack(ARGV)
if redis.call('GET', lease) ~= token then return 'fenced' end
for _, field in ipairs(redis.call('HKEYS', journal)) do
  if field ~= 'id' and field ~= 'segments' and field ~= 'done_before' then redis.call('HDEL', journal, field) end
end
-- A stop or a deletion that came after the edit stays: the next worker obeys it.
if redis.call('HGET', marks, id) == 'edited' then redis.call('HDEL', marks, id) end
redis.call('DEL', lease)
redis.call('ZADD', ready, now, box)
return ''
"""
)

# Gives the head back, at once or for later; a hand-over is no failed attempt.
RELEASE = (
    _HEAD
    + """
local box, token, delay_ms, refund, obeyed = unpack(ARGV)
if redis.call('GET', lease) ~= token then return 0 end
redis.call('DEL', lease)
if refund == '1' then redis.call('HINCRBY', journal, 'attempts', -1) end
redis.call('HSET', journal, 'not_before', now + delay_ms, 'obeyed', obeyed)
-- What it says in the end has not reached Slack: new words are in time.
redis.call('HDEL', journal, 'sealed')
-- What was marked at the last moment is not left waiting.
local mark = redis.call('HGET', marks, redis.call('LINDEX', mail, 0) or '')
if mark and mark ~= obeyed then delay_ms = 0 end
redis.call('ZADD', ready, now + delay_ms, box)
return 1
"""
)

# Marks one waiting or running message, or all that were written at or before a ts. Returns the ids.
MARK = (
    _HEAD
    + """
local box, mark, only, before = unpack(ARGV)
local marked = {}
for _, id in ipairs(redis.call('LRANGE', mail, 0, -1)) do
  -- A turn that is tried again has its message's ts with a suffix.
  local ts = string.match(id, '^[%d.]+') or id
  if id == only or ts == only or (before ~= '' and tonumber(ts) <= tonumber(before)) then
    redis.call('HSET', marks, id, mark)
    table.insert(marked, id)
  end
end
if #marked > 0 then
  redis.call('EXPIRE', marks, 86400)
  if redis.call('EXISTS', lease) == 0 then redis.call('ZADD', ready, now, box) end
end
return marked
"""
)

# What the reaper must look at now; each is looked at again after the grace.
DUE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local due = redis.call('ZRANGE', KEYS[1], 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
for _, box in ipairs(due) do redis.call('ZADD', KEYS[1], now + ARGV[2], box) end
return due
"""
