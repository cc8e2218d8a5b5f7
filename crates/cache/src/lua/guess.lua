-- Counts a guess before it is checked, so that of many at once no more are checked than may be wrong.
-- KEYS: the count. ARGV: how many may be wrong in a row, for how long they are remembered in milliseconds. Returns 0 when
-- the guess may be checked, else how many milliseconds to wait.
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then
  return math.max(redis.call('PTTL', KEYS[1]), 1)
end
redis.call('SET', KEYS[1], count + 1, 'PX', ARGV[2])
return 0
