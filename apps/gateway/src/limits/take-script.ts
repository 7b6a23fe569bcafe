/**
 * Decides about one request of one key, as `decideKey` does, in one step of Redis and by its clock. One hash a key:
 *
 * - `tokens`, `at`: the bucket, `at` in microseconds.
 * - `day`, and for that day: `total`, the requests that were let through; `n:<gateway>`, how many of them one run of a
 *   gateway has reported, so that what it let through alone is added exactly once, however often it says so; `floor`,
 *   what gateways know from the control plane, which counts on beside `total`, because it may know of gateways that
 *   are gone.
 *
 * ARGV: 1 tokens a second (0: no rate), 2 burst, 3 quota (0: none), 4 this run of the gateway, 5 the day that it counts,
 * 6 what it has let through on that day, 7 what it knows of all gateways, 8 whether a request wants to pass (0: only tell).
 * Answer: refused by (0 nobody, 1 rate, 2 quota), tokens as text, requests of the day, those of this run, Redis' time in
 * milliseconds.
 *
 * @param time the Lua expression that gives `{seconds, microseconds}`.
 */
export function takeScriptText(time: string): string {
  return `
local time = ${time}
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local day = math.floor(now / 86400000000)
local rate, burst, quota = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local mine = 'n:' .. ARGV[4]
local key = KEYS[1]
local known = redis.call('HMGET', key, 'day', 'total', 'floor', mine, 'tokens', 'at')
local total, floor, own = tonumber(known[2]) or 0, tonumber(known[3]) or 0, tonumber(known[4]) or 0
if tonumber(known[1]) ~= day then
  redis.call('DEL', key)
  redis.call('HSET', key, 'day', day)
  redis.call('EXPIRE', key, 172800)
  total, floor, own = 0, 0, 0
end
if tonumber(ARGV[5]) == day then
  local told = tonumber(ARGV[6])
  if told > own then
    total = total + told - own
    own = told
  end
  floor = math.max(floor, tonumber(ARGV[7]))
end
local used = math.max(total, floor)
local tokens, at = burst, now
if rate > 0 and known[5] then
  at = math.max(tonumber(known[6]), now)
  tokens = math.min(burst, tonumber(known[5]) + math.max(0, now - tonumber(known[6])) * rate / 1000000)
end
local refused = 0
if quota > 0 and used >= quota then
  refused = 2
elseif rate > 0 and tokens < 1 then
  refused = 1
elseif ARGV[8] == '1' then
  tokens = tokens - 1
  total, own, used = total + 1, own + 1, used + 1
  if floor > 0 then floor = floor + 1 end
end
redis.call('HSET', key, 'total', total, 'floor', floor, mine, own)
if rate > 0 then
  redis.call('HSET', key, 'tokens', string.format('%.17g', tokens), 'at', string.format('%.0f', at))
end
return { refused, string.format('%.17g', tokens), used, own, math.floor(now / 1000) }
`;
}
