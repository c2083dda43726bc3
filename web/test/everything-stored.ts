import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Redis } from "@rostrum/platform";
import postgres from "postgres";

/** Every row of every table as text, as a dump of the database would hold it. */
export async function dumpDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    const parts: string[] = [];
    for (const { schema, name } of tables) {
      const copy = await sql`copy ${sql(schema)}.${sql(name)} to stdout`.readable();
      parts.push(
        `-- ${schema}.${name}\n${Buffer.concat((await copy.toArray()) as Buffer[]).toString("utf8")}`,
      );
    }
    if (parts.length < 25) throw new Error(`only ${parts.length} tables were read`);
    return parts.join("\n");
  } finally {
    await sql.end();
  }
}

/** Every value of every key of these webinars and of the counters. */
export async function dumpRedis(redis: Redis, marks: readonly string[]): Promise<string> {
  const keys = (await redis.keys("*")).filter((key) => marks.some((mark) => key.includes(mark)));
  const parts = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      const value =
        type === "list"
          ? await redis.lrange(key, 0, -1)
          : type === "hash"
            ? await redis.hgetall(key)
            : type === "set"
              ? await redis.smembers(key)
              : type === "zset"
                ? await redis.zrange(key, 0, "-1")
                : await redis.get(key).catch(() => "");
      return `${key} ${JSON.stringify(value)}`;
    }),
  );
  return parts.join("\n");
}

/** Every file of a folder. */
export async function dumpFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return names.map((name, at) => `${name}\n${texts[at]}`).join("\n");
}
