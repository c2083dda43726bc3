import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type AccessTimes, accessNow } from "@rostrum/rules";

export type Access = AccessTimes & { access: string };

/** The access of an audience, as every page of it is given its own: used in its turn, by all from the same instant on. */
export class Turns {
  #given: readonly Access[] = [];

  /** Takes what is given, one JSON array a line. */
  listen(input: Readable): void {
    createInterface({ input }).on("line", (line) => {
      this.#given = JSON.parse(line) as Access[];
    });
  }

  /** A path with the access that it needs now; as it is when none was ever given. */
  path(path: string): string {
    const now = accessNow(this.#given, Date.now());
    return now ? path.replace(/\/\d{9,12}\.[\w-]{43}(?=\/)/, `/${now.access}`) : path;
  }
}
