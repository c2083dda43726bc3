import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { callerNetworks } from "./client-address.ts";
import { countRate, limitRate, uncountRate } from "./rate-limit.ts";
import type { Services } from "./services.ts";

type Asking = Pick<Webinar, "passcodeHash" | "passcodeAt">;
export const asksAtRegistration = ({ passcodeHash, passcodeAt }: Asking): boolean =>
  passcodeHash !== null && passcodeAt !== "join";
export const asksAtJoin = ({ passcodeHash, passcodeAt }: Asking): boolean =>
  passcodeHash !== null && passcodeAt !== "register";

const derive = (passcode: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(passcode.normalize("NFKC"), salt, 32, (error, key) => (error ? reject(error) : resolve(key))),
  );

/** Salt and key, as they are stored. */
export async function hashPasscode(passcode: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("base64url")}.${(await derive(passcode, salt)).toString("base64url")}`;
}

/** Passcodes that were right, by their stored hash, so that a crowd that knows it does not wait for one core. */
const known = new Map<string, Buffer>();
const mark = ({ config }: Services, text: string): Buffer =>
  createHmac("sha256", config.ROSTRUM_SECRET).update(`passcode:${text}`).digest();

async function isRight(services: Services, hash: string, passcode: string): Promise<boolean> {
  const said = mark(services, passcode.normalize("NFKC"));
  const before = known.get(hash);
  if (before && timingSafeEqual(before, said)) return true;
  const [salt = "", key = ""] = hash.split(".");
  const right = timingSafeEqual(
    await derive(passcode, Buffer.from(salt, "base64url")),
    Buffer.from(key, "base64url"),
  );
  if (right && known.size < 1000) known.set(hash, said);
  return right;
}

/** Wrong tries in ten minutes: of one address, and of its network. */
const tries = { subscriber: 10, network: 60 } as const;
const windowMs = 600_000;

/** Throws permission.denied at `passcode` when it is not right, rate.limited after too many tries. */
export async function requirePasscode(
  services: Services,
  { id, passcodeHash }: Pick<Webinar, "id" | "passcodeHash">,
  { passcode, address }: { passcode: string | undefined; address: string },
): Promise<void> {
  if (passcodeHash === null) return;
  const refuse = (message: string) => new RostrumError("permission.denied", message, { field: "passcode" });
  if (!passcode) throw refuse("Enter the passcode that you were given.");
  const { subscriber, network } = callerNetworks(address);
  const keys = [`passcode:${id}:${subscriber}`, `passcode-near:${id}:${network}`] as const;
  await limitRate(services, keys[1], { limit: tries.network, windowMs });
  const own = await countRate(services, keys[0], windowMs);
  if (own.count > tries.subscriber)
    throw new RostrumError("rate.limited", "Too many wrong passcodes. Please try again in ten minutes.", {
      field: "passcode",
    });
  if (!(await isRight(services, passcodeHash, passcode))) throw refuse("This passcode is not right.");
  await Promise.all(keys.map((key) => uncountRate(services, key)));
}

/**
 * Proof that somebody knew a webinar's passcode: what the room's door remembers, and what a mailed link carries where the
 * host wants that. Another passcode makes it worthless.
 */
export const passcodeKey = (services: Services, { id, passcodeHash }: Pick<Webinar, "id" | "passcodeHash">) =>
  mark(services, `${id}.${passcodeHash}`).toString("base64url").slice(0, 22);

/** Throws permission.denied at `passcode` where the door asks for it and the proof is missing or of another passcode. */
export function requirePasscodeKey(
  services: Services,
  webinar: Pick<Webinar, "id" | "passcodeHash" | "passcodeAt">,
  key: string | undefined,
): void {
  if (!asksAtJoin(webinar)) return;
  const expected = Buffer.from(passcodeKey(services, webinar));
  const given = Buffer.from(key ?? "");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new RostrumError("permission.denied", "Enter the passcode to come in.", { field: "passcode" });
}
