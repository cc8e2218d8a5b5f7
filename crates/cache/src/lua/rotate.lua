-- Replaces a session's refresh token by its successor.
-- KEYS: the session, the sessions of its user, the marker of the ended session.
-- ARGV: the user, the session, the presented hash, the next hash, now, the reuse window, the lifetime of a session, the
-- lifetime of an access token; times in milliseconds.
local user, session, presented, following = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, window, lifetime, access_lifetime = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]

local stored = redis.call('HMGET', KEYS[1], 'user', 'current', 'previous', 'rotated_at')
if stored[1] ~= user then
  return 'unknown'
end
if stored[2] == presented then
  redis.call('HSET', KEYS[1], 'current', following, 'previous', presented, 'rotated_at', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], lifetime)
  redis.call('ZADD', KEYS[2], now + lifetime, session)
  redis.call('PEXPIRE', KEYS[2], lifetime)
  return 'rotated'
end
if stored[3] == presented and now - tonumber(stored[4]) < window then
  return 'replayed'
end
redis.call('SET', KEYS[3], '1', 'PX', access_lifetime)
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], session)
return 'reused'
