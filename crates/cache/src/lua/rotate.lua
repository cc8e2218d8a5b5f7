-- Replaces a session's refresh token by its successor.
-- KEYS: the session, the sessions of its user, the marker of the ended session.
-- ARGV: the user, the session, the presented hash, the next hash, now, the reuse window, the lifetime of a session, the
-- lifetime of an access token; times in milliseconds.
-- Returns what became of it, and how many successors the presented token has had by now.
local user, session, presented, following = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, window, lifetime, access_lifetime = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]

local stored = redis.call('HMGET', KEYS[1], 'user', 'current', 'replaced', 'stolen_at')
if stored[1] ~= user then
  return { 'unknown', 0 }
end

-- What was stolen is told until its owner was: whoever told it may have died over it. Not to everybody at once, though.
local function stolen()
  if stored[4] and now - tonumber(stored[4]) < window then
    return { 'unknown', 0 }
  end
  redis.call('SET', KEYS[3], '1', 'PX', access_lifetime)
  redis.call('HSET', KEYS[1], 'stolen_at', ARGV[5])
  redis.call('ZREM', KEYS[2], session)
  return { 'reused', 0 }
end
if stored[4] then
  return stolen()
end

-- The tokens that may still be used again, newest first, each with the time of its rotation.
local replaced, successors = {}, 0
for hash, time in string.gmatch(stored[3] or '', '(%x+)@(%d+)') do
  if now - tonumber(time) < window then
    replaced[#replaced + 1] = hash .. '@' .. time
    if hash == presented then
      successors = #replaced
    end
  end
end
if stored[2] == presented then
  table.insert(replaced, 1, presented .. '@' .. ARGV[5])
  redis.call('HSET', KEYS[1], 'current', following, 'replaced', table.concat(replaced, ' '), 'rotated_at', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], lifetime)
  redis.call('ZADD', KEYS[2], now + lifetime, session)
  redis.call('PEXPIRE', KEYS[2], lifetime)
  return { 'rotated', 1 }
end
if successors > 0 then
  return { 'replayed', successors }
end
return stolen()
