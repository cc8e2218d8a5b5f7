-- Compares a one-time code with the one that was sent, which is used up by it: the way that it went. Wrong ones are
-- counted, and lock; but not the one that was used last, which phones that heard no answer send again.
-- KEYS: what is known of the identifier. ARGV: the purpose, the presented code's MAC, now, how many wrong ones lock, how
-- long a lock lasts, how long to remember all of it; times in milliseconds.
local key, purpose, mac = KEYS[1], ARGV[1], ARGV[2]
local now, most, lock, keep = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]

local stored = redis.call('HMGET', key, 'locked_until', 'code:' .. purpose, 'expires:' .. purpose, 'sends',
  'way:' .. purpose, 'used:' .. purpose, 'tries')
local locked_until = tonumber(stored[1] or 0)
if now < locked_until then
  return { 'locked', locked_until - now }
end
if stored[2] and now >= tonumber(stored[3]) then
  return { 'expired', 0 }
end
if stored[2] == mac then
  redis.call('HDEL', key, 'code:' .. purpose, 'expires:' .. purpose, 'way:' .. purpose, 'tries',
    'cooling_until')
  redis.call('HSET', key, 'used:' .. purpose, mac)
  return { stored[5], 0 }
end
if stored[6] == mac then
  return { 'wrong', math.max(most - tonumber(stored[7] or 0), 0) }
end
local tries = redis.call('HINCRBY', key, 'tries', 1)
if tries >= most then
  redis.call('DEL', key)
  redis.call('HSET', key, 'locked_until', now + lock, 'sends', stored[4] or '')
end
redis.call('PEXPIRE', key, keep)
return { 'wrong', math.max(most - tries, 0) }
