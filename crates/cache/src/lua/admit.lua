-- Counts a request in all of its windows, or in none when one of them is full, or its session has ended: who stole a token
-- uses up nothing of its owner's with it.
--
-- A window is the list of the times, in milliseconds, of the requests it has admitted, oldest first and never longer
-- than its limit. That is exact at any moment, ten bytes an entry, and all that is read or written is at its two ends;
-- only what has just left a window is looked for, by halving, and cut off at once. The time is the server's.
--
-- KEYS: the windows; then the marker of an ended session, if one is asked about. ARGV: the limit and the length in
-- milliseconds of each window. Returns 1 when the session has ended, and no more; else 0, and for each window how many it
-- will still admit, in how many milliseconds it is empty, and in how many it has room, or -1 when it had.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local windows = #ARGV / 2

if KEYS[windows + 1] and redis.call('EXISTS', KEYS[windows + 1]) == 1 then
  return { 1 }
end

local function at(key, index)
  return tonumber(redis.call('LINDEX', key, index))
end

local function forget_until(key, time)
  local low, high = 0, redis.call('LLEN', key)
  if high == 0 or at(key, 0) > time then
    return high
  end
  local length = high
  while low < high do
    local middle = math.floor((low + high) / 2)
    if at(key, middle) <= time then low = middle + 1 else high = middle end
  end
  redis.call('LTRIM', key, low, -1)
  return length - low
end

local answer = { 0 }
local is_admitted = true
for i = 1, windows do
  local key, limit, length = KEYS[i], tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local count = forget_until(key, now - length)
  local wait = -1
  if count >= limit then
    is_admitted = false
    wait = limit == 0 and length or at(key, count - limit) + length - now
  end
  answer[3 * i - 1] = math.max(limit - count, 0)
  answer[3 * i + 1] = wait
end

for i = 1, windows do
  local key, length = KEYS[i], tonumber(ARGV[2 * i])
  if is_admitted then
    redis.call('RPUSH', key, now)
    redis.call('PEXPIRE', key, length)
    answer[3 * i - 1] = answer[3 * i - 1] - 1
    answer[3 * i] = length
  else
    answer[3 * i] = (at(key, -1) or now - length) + length - now
  end
end

return answer
