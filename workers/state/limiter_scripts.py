"""The limiter's Lua: it sees budgets, ids and times, no payload."""

NOW = """
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
"""

# KEYS per item: calls, held, waiting, paused.  ARGV: now (0 = ask), call id, priority, will wait,
# then per item: take | hold, limit, window, headroom, reservation id, ttl.  All times in microseconds.
ACQUIRE = (
    NOW
    + """
local call_id, priority, will_wait = ARGV[2], ARGV[3] == '1', ARGV[4] == '1'
local POLL = 1000000
local items, taken, wait = {}, {}, 0

local function earliest(key)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2]) or (now + POLL)
end

for i = 1, #KEYS / 4 do
  local k, a = (i - 1) * 4, 4 + (i - 1) * 6
  local item = {
    calls = KEYS[k + 1], held = KEYS[k + 2], waiting = KEYS[k + 3],
    kind = ARGV[a + 1], limit = tonumber(ARGV[a + 2]), window = tonumber(ARGV[a + 3]),
    headroom = tonumber(ARGV[a + 4]), name = ARGV[a + 5], ttl = tonumber(ARGV[a + 6]),
  }
  items[i] = item
  redis.call('ZREMRANGEBYSCORE', item.calls, '-inf', now - item.window)
  redis.call('ZREMRANGEBYSCORE', item.held, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', item.waiting, '-inf', now)
  item.count, item.holders = redis.call('ZCARD', item.calls), redis.call('ZCARD', item.held)
  item.own = item.name ~= '' and redis.call('ZSCORE', item.held, item.name) and true or false
  local others = item.own and item.holders - 1 or item.holders
  local leave = 0
  if not priority and not item.own then
    leave = item.headroom + redis.call('ZCARD', item.waiting)
  end
  -- A call and a new place in the same budget need two.
  item.room = item.limit - item.count - others - leave - (taken[item.calls] or 0)
  if item.kind == 'take' then
    taken[item.calls] = 1
    local paused = tonumber(redis.call('GET', KEYS[k + 4]) or '0') - now
    if paused > wait then wait = paused end
  end
  if item.room < 1 and not (item.kind == 'hold' and item.own) then
    local missing, until_room = 1 - item.room, POLL
    if missing <= item.count then
      local oldest = redis.call('ZRANGE', item.calls, missing - 1, missing - 1, 'WITHSCORES')
      until_room = tonumber(oldest[2]) + item.window - now
    end
    -- A place kept by another may come free sooner than a call grows old.
    if others > 0 then until_room = math.min(until_room, earliest(item.held) - now, POLL) end
    if until_room < 1 then until_room = 1 end
    if until_room > wait then wait = until_room end
  end
end

if wait > 0 then
  for _, item in ipairs(items) do
    if will_wait and item.kind == 'take' then
      redis.call('ZADD', item.waiting, string.format('%.0f', now + math.min(wait, POLL) + POLL), call_id)
      redis.call('PEXPIRE', item.waiting, 5000)
    end
  end
  return {0, wait, 0, 0, now}
end

for _, item in ipairs(items) do
  if item.kind == 'take' then
    redis.call('ZADD', item.calls, string.format('%.0f', now), call_id)
    redis.call('PEXPIRE', item.calls, math.ceil(item.window / 1000) + 1000)
    redis.call('ZREM', item.waiting, call_id)
    if item.own then redis.call('ZREM', item.held, item.name) end
  else
    redis.call('ZADD', item.held, string.format('%.0f', now + item.ttl), item.name)
    local ttl = math.ceil(item.ttl / 1000) + 1000
    if redis.call('PTTL', item.held) < ttl then redis.call('PEXPIRE', item.held, ttl) end
  end
end
return {1, 0, items[1].room - 1, items[#items].holders, now}
"""
)

# KEYS paused   ARGV now (0 = ask), for how long
PAUSE = (
    NOW
    + """
local ends = now + tonumber(ARGV[2])
if ends > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', math.ceil(tonumber(ARGV[2]) / 1000) + 1000)
end
return 1
"""
)
