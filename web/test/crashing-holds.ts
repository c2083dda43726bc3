/** A worker that is killed while it hands places on: `node crashing-holds.ts DATABASE_URL AFTER NOW`, at its AFTERth mail. */
import { openDatabase, settleHolds } from "@rostrum/db";
import { holding } from "../src/server/seating.ts";

const [url = "", after = "1", now = ""] = process.argv.slice(2);
const { db } = openDatabase(url);
const usual = holding({ config: { PUBLIC_URL: "http://localhost" } as never }, new Date(now));
let minted = 0;
await settleHolds(db, new Date(now), {
  ...usual,
  mint: () => {
    if (++minted === Number(after)) process.kill(process.pid, "SIGKILL");
    return usual.mint();
  },
});
