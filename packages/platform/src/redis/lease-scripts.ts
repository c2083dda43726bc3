/**
 * The lease's scripts. KEYS: the lease, which runs out; who had it last, which stays. Both are JSON {holder, address,
 * fencing}.
 */
const readLast = `
local last = redis.call('GET', KEYS[2])
local known = last and cjson.decode(last).fencing or 0`;

/**
 * ARGV: holder, address, TTL ms, number of a lease whose holder is known to be gone. The new number is at least the
 * server's clock in ms, so that it rises even over a Redis that came back empty.
 */
export const takeScript = `
local current = redis.call('GET', KEYS[1])
if current then
  local lease = cjson.decode(current)
  if lease.holder ~= ARGV[1] and lease.fencing ~= tonumber(ARGV[4]) then return nil end
end
${readLast}
local now = redis.call('TIME')
local clock = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local fencing = math.max(known + 1, clock)
local text = cjson.encode({holder = ARGV[1], address = ARGV[2], fencing = fencing})
redis.call('SET', KEYS[2], text, 'EX', 86400)
redis.call('SET', KEYS[1], text, 'PX', ARGV[3])
return string.format('%.0f', fencing)`;

/**
 * ARGV: number, the lease as JSON, TTL ms. A lease that ran out is taken up again only while nobody has held it since:
 * the number tells. An empty Redis knows of nobody, and is told.
 */
export const renewScript = `
local current = redis.call('GET', KEYS[1])
if current and cjson.decode(current).fencing ~= tonumber(ARGV[1]) then return 0 end
${readLast}
if last and known ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', 86400)
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** ARGV: number. What was let go on purpose leaves nobody to be asked for; its number stays. */
export const releaseScript = `
local current = redis.call('GET', KEYS[1])
if current and cjson.decode(current).fencing == tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
${readLast}
if known == tonumber(ARGV[1]) then
  redis.call('SET', KEYS[2], cjson.encode({holder = '', address = '', fencing = known}), 'EX', 86400)
end
return 1`;

/** KEYS[3]: what is written. ARGV: number, value ('' deletes), TTL s. Refused once somebody has taken the lease since. */
export const writeScript = `
${readLast}
if known > tonumber(ARGV[1]) then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[3]) else redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3]) end
return 1`;
