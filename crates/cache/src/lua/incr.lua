-- Counts up. The lifetime starts with the first count.
-- KEYS: the counter. ARGV: the tag of believed values, the step, the lifetime in milliseconds.
local tag = ARGV[1]
local value = redis.call('GET', KEYS[1])
local count = value and string.sub(value, 1, #tag) == tag and tonumber(string.sub(value, #tag + 1))
if count then
  count = count + ARGV[2]
  redis.call('SET', KEYS[1], tag .. string.format('%.0f', count), 'KEEPTTL')
else
  count = tonumber(ARGV[2])
  redis.call('SET', KEYS[1], tag .. string.format('%.0f', count), 'PX', ARGV[3])
end
return count
