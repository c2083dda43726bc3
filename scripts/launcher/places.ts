import { createHash } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { Trouble } from "./trouble.ts";

/** The user that servers run as when the launcher is root: they refuse to be root, or should not be. */
export type ServerUser = { uid: number; gid: number };

const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 };

/** Undefined when the launcher itself is an ordinary user, whose own id will do. */
export const serverUser = (): ServerUser | undefined => (process.getuid?.() === 0 ? NOBODY : undefined);

/** The nearest folder at or above `folder` that other users may not pass through; undefined when all let them. */
export function closedFolder(folder: string): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      if ((statSync(at).mode & 0o001) === 0) return at;
    } catch {
      // Not there yet: made by us, open enough.
    }
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * A folder for a server's own files: under the home, or under /var/lib/rostrum when the home is inside a folder closed to
 * other users (a checkout in /root, for example). Belongs to `user`, closed to all others.
 */
export function serverFolder(home: string, name: string, user: ServerUser | undefined): string {
  const folder = path.join(user && closedFolder(home) ? elsewhere(home) : home, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
  else if (statSync(folder).uid !== process.getuid?.()) {
    throw new Trouble(
      `${folder} belongs to another user, from a run as root`,
      "run as root again, or choose another ROSTRUM_HOME",
    );
  }
  return folder;
}

function elsewhere(home: string): string {
  const folder = path.join("/var/lib/rostrum", createHash("sha256").update(home).digest("hex").slice(0, 12));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** Let servers' users pass through a folder of ours, without listing it. */
export function letPass(folder: string): void {
  const { mode, uid } = statSync(folder);
  if (uid === process.getuid?.() && (mode & 0o001) === 0) chmodSync(folder, (mode & 0o777) | 0o111);
}

/** Make the home and the folders that every run needs. */
export function prepareHome(home: string): void {
  mkdirSync(path.join(home, "logs"), { recursive: true, mode: 0o700 });
  mkdirSync(path.join(home, "env"), { recursive: true, mode: 0o700 });
  letPass(home);
}
