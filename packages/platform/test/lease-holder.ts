/** A process that takes a lease and says what becomes of it; a test stops and continues it by signal. */
import { connectRedis, createLog, Lease, Scope } from "../src/index.ts";

const [url = "", key = "", holder = "", ttlMs = "1000"] = process.argv.slice(2);
const log = createLog({ service: "lease-holder", level: "silent" });
const scope = new Scope("lease-holder", log);
const redis = connectRedis(url, { log, scope });
const lease = await Lease.take({ redis, key, holder, ttlMs: Number(ttlMs), scope });
const say = (text: string) => process.stdout.write(`${text}\n`);
lease?.onLost(() => say(`lost held=${lease.held}`));
say(lease ? `taken ${lease.fencing}` : "refused");
