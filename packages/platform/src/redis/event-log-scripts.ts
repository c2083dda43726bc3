/**
 * The event log's scripts. KEYS: list of entries, last number, epoch. The epoch tells a log from its successor: it
 * changes when the log is gone and when the server is another one or was started again, because a server that lost its
 * last second (append-only file, replica promoted) would give the same numbers to other events.
 */
const openEpoch = `
local info = redis.pcall('INFO', 'server')
local life = type(info) == 'string' and string.match(info, 'run_id:(%x%x%x%x%x%x%x%x)') or 'unknown'
local epoch = redis.call('GET', KEYS[3])
if not epoch or string.sub(epoch, 1, #life) ~= life then
  epoch = life .. '-' .. ARGV[1]
  redis.call('DEL', KEYS[1], KEYS[2])
end
redis.call('SET', KEYS[3], epoch, 'EX', ARGV[2])`;

/**
 * ARGV: new epoch, TTL s, event JSON, entries kept, number of the writer's lease. KEYS[4], when there is one: who had
 * that lease last. Numbered, stored and published at once: nobody sees half of it. Nil when the lease was taken since.
 */
export const appendScript = `
local last = KEYS[4] and redis.call('GET', KEYS[4])
if last and cjson.decode(last).fencing > tonumber(ARGV[5]) then return nil end
${openEpoch}
local seq = redis.call('INCR', KEYS[2])
local entry = '{"seq":' .. seq .. ',"epoch":"' .. epoch .. '","event":' .. ARGV[3] .. '}'
redis.call('RPUSH', KEYS[1], entry)
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[4]), -1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('PUBLISH', KEYS[1], entry)
return {seq, epoch}`;

/** ARGV: new epoch, TTL s. */
export const positionScript = `${openEpoch}
return {tonumber(redis.call('GET', KEYS[2]) or '0'), epoch}`;

/** ARGV: new epoch, TTL s, epoch and number of the last event known. Entries after it, or nil when they are not all there. */
export const readScript = `${openEpoch}
local missing = tonumber(redis.call('GET', KEYS[2]) or '0') - tonumber(ARGV[4])
if epoch ~= ARGV[3] or missing < 0 or missing > redis.call('LLEN', KEYS[1]) then return nil end
if missing == 0 then return {} end
return redis.call('LRANGE', KEYS[1], -missing, -1)`;
