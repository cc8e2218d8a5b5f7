-- Remembers a one-time code, unless too many were sent or guessed.
-- KEYS: what is known of the identifier. ARGV: the purpose, the code's MAC, now, how long the code is good, how long after
-- it the next may follow, how many may be sent within the window, the window, how long to remember all of it, the way it
-- goes; times in milliseconds.
local key, purpose, mac = KEYS[1], ARGV[1], ARGV[2]
local now, validity, cool_down = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local most, window, keep = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]

local stored = redis.call('HMGET', key, 'locked_until', 'cooling_until', 'sends', 'code:' .. purpose)
local locked_until, cooling_until = tonumber(stored[1] or 0), tonumber(stored[2] or 0)
if now < locked_until then
  return { 'locked', locked_until - now }
end
-- The same code again is the same request, whose first answer was lost.
if stored[4] == mac then
  return { 'issued', 0 }
end
local sends = {}
for time in string.gmatch(stored[3] or '', '%d+') do
  if now - tonumber(time) < window then
    sends[#sends + 1] = time
  end
end
if #sends >= most then
  return { 'too many', tonumber(sends[#sends - most + 1]) + window - now }
end
if now < cooling_until then
  return { 'cooling', cooling_until - now }
end
sends[#sends + 1] = ARGV[3]
redis.call('HSET', key, 'sends', table.concat(sends, ' '), 'cooling_until', now + cool_down,
  'code:' .. purpose, mac, 'way:' .. purpose, ARGV[9], 'expires:' .. purpose, now + validity)
redis.call('PEXPIRE', key, keep)
return { 'issued', 0 }
