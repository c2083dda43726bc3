/**
 * People who register at a steady rate: RATE a second for SECONDS, each from an address of their own (web needs
 * TRUSTED_PROXIES=1). REGISTER_URL is the address of a registration page. `./rostrum bench registration` does the same
 * without k6, finds the highest rate, and looks into the database and the mail sink afterwards.
 */
import { check, fail } from "k6";
import { randomBytes } from "k6/crypto";
import { Counter } from "k6/metrics";
import { register } from "./form.ts";

const page = String(__ENV.REGISTER_URL || fail("REGISTER_URL names a registration page"));
const web = page.replace(/\/w\/.*$/, "");
const slug = page.replace(/^.*\/w\//, "");
const run = Date.now().toString(36);
const registered = new Counter("rostrum_registered");

export const options = {
  scenarios: {
    people: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 100),
      timeUnit: "1s",
      duration: `${__ENV.SECONDS || 30}s`,
      // Each reads and fills in for two seconds before they register.
      preAllocatedVUs: 400,
      maxVUs: 3000,
    },
  },
  thresholds: {
    http_req_failed: ["rate==0"],
    "http_req_duration{name:register}": ["p(95)<300"],
    dropped_iterations: ["count==0"],
    checks: ["rate==1"],
  },
};

/** A random UUID (RFC 9562 §5.4): the same request again would have the same answer and no second mail. */
function key(): string {
  const hex = [...new Uint8Array(randomBytes(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const headers = () => ({
  "content-type": "application/json",
  // Of many networks, as people come: a crowd of one network has work to do first.
  "x-forwarded-for": `198.${18 + (__VU & 1)}.${(__VU * 7 + __ITER) & 255}.${(__ITER >> 8) & 255}`,
});

export default function person(): void {
  const number = __VU * 65_536 + __ITER;
  const json = {
    slug,
    name: `Person ${number}`,
    email: `k6-${run}-${number}@example.test`,
    answers: {},
    utm: { utm_source: "k6" },
    idempotencyKey: key(),
  };
  const answer = register(web, json, { headers: headers(), tags: { name: "register" } });
  if (check(answer, { registered: ({ status }) => status === 200 })) registered.add(1);
}
