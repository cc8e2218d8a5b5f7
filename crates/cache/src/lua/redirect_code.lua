-- Puts another one-time code in the place of one that was not sent, while that one is still good.
-- KEYS: what is known of the identifier. ARGV: the purpose, the MAC of the one, the MAC of the other, the way that the other
-- goes.
local key, purpose = KEYS[1], ARGV[1]

local stored = redis.call('HGET', key, 'code:' .. purpose)
-- The same again is the same request, whose first answer was lost.
if stored ~= ARGV[2] and stored ~= ARGV[3] then
  return 0
end
redis.call('HSET', key, 'code:' .. purpose, ARGV[3], 'way:' .. purpose, ARGV[4])
return 1
