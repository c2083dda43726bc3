import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Trouble } from "./trouble.ts";

/** Made once per home, readable by its owner only. */
export type Secrets = {
  /** Root of all token keys. */
  rostrum: string;
  turn: string;
  redis: string;
  postgresAdmin: string;
  postgresOwner: string;
  postgresApp: string;
};

const names: (keyof Secrets)[] = [
  "rostrum",
  "turn",
  "redis",
  "postgresAdmin",
  "postgresOwner",
  "postgresApp",
];

/** Read `secrets.json` of the home, adding what is missing. A ROSTRUM_SECRET of the environment wins. */
export function loadSecrets(home: string, env: { ROSTRUM_SECRET?: string }): Secrets {
  const file = path.join(home, "secrets.json");
  let found: Partial<Secrets> = {};
  if (existsSync(file)) {
    try {
      found = JSON.parse(readFileSync(file, "utf8")) as Partial<Secrets>;
    } catch {
      throw new Trouble(
        `${file} cannot be read`,
        "restore it from a backup, or remove the folder to start anew",
      );
    }
  }
  const secrets = Object.fromEntries(
    names.map((name) => [name, found[name] ?? randomBytes(36).toString("base64url")]),
  ) as Secrets;
  if (names.some((name) => found[name] === undefined)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return env.ROSTRUM_SECRET ? { ...secrets, rostrum: env.ROSTRUM_SECRET } : secrets;
}
