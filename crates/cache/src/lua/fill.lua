-- Stores what was loaded, if the loader still holds the lease that it took before it loaded.
-- KEYS: the value. ARGV: the lease, the value, its lifetime in milliseconds.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
