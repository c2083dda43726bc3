import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Product } from "./product.ts";
import { assert } from "./runner.ts";

/** Throws when one of these is in what any process has logged. `secrets`: by what they are called in the fault. */
export async function expectNoneInLogs(product: Product, secrets: Record<string, string>): Promise<void> {
  const logs = path.join(product.home, "logs");
  for (const file of await readdir(logs, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const text = await readFile(path.join(file.parentPath, file.name), "utf8");
    for (const [name, secret] of Object.entries(secrets))
      assert(!text.includes(secret), `${name} is in ${file.name}`);
  }
}
