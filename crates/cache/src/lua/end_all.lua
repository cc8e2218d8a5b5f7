-- Ends all sessions of a user. Their keys are not known to the caller, so this needs a Redis that is no cluster.
-- KEYS: the sessions of the user. ARGV: what the keys of a session and of its marker begin with, the lifetime of an
-- access token in milliseconds.
local sessions = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, session in ipairs(sessions) do
  redis.call('SET', ARGV[2] .. session, '1', 'PX', ARGV[3])
  redis.call('DEL', ARGV[1] .. session)
end
redis.call('DEL', KEYS[1])
return #sessions
