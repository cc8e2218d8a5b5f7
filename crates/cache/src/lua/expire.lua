-- Gives a believed value a new lifetime.
-- KEYS: the value. ARGV: the tag of believed values, the lifetime in milliseconds.
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
