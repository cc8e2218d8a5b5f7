-- Remembers a one-time code for each of several identifiers, but for those of which too many were sent or guessed.
-- KEYS: what is known of each identifier. ARGV: how many of them, from the first on, must get theirs for any to get one, the
-- purpose, the way the code goes, now, how long the code is good, how long after it the next may follow, how many may be sent
-- within the window, the window, how long to remember all of it, and for each identifier the code's MAC; times in milliseconds.
-- Returns what became of it, how long to wait, and the places of those that got theirs, the first of which is 0.
local required, purpose, way = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local now, validity, cool_down = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local most, window, keep = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]

-- Why no code may be sent and how long that lasts; otherwise when codes were sent, with this one, unless it was sent before.
local function judge(key, mac)
  local stored = redis.call('HMGET', key, 'locked_until', 'cooling_until', 'sends', 'code:' .. purpose)
  local locked_until, cooling_until = tonumber(stored[1] or 0), tonumber(stored[2] or 0)
  if now < locked_until then
    return 'locked', locked_until - now
  end
  -- The same code again is the same request, whose first answer was lost.
  if stored[4] == mac then
    return nil, nil
  end
  local sends = {}
  for time in string.gmatch(stored[3] or '', '%d+') do
    if now - tonumber(time) < window then
      sends[#sends + 1] = time
    end
  end
  if #sends >= most then
    return 'too many', tonumber(sends[#sends - most + 1]) + window - now
  end
  if now < cooling_until then
    return 'cooling', cooling_until - now
  end
  sends[#sends + 1] = ARGV[4]
  return nil, table.concat(sends, ' ')
end

local places, sends = {}, {}
for place, key in ipairs(KEYS) do
  local refusal, found = judge(key, ARGV[9 + place])
  if not refusal then
    places[#places + 1], sends[place] = place - 1, found
  elseif place <= required then
    return { refusal, found, {} }
  end
end
for place, times in pairs(sends) do
  redis.call('HSET', KEYS[place], 'sends', times, 'cooling_until', now + cool_down, 'code:' .. purpose, ARGV[9 + place],
    'way:' .. purpose, way, 'expires:' .. purpose, now + validity)
  redis.call('PEXPIRE', KEYS[place], keep)
end
return { 'issued', 0, places }
