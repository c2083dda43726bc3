import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { Redis } from "@rostrum/platform";
import { unzipSync } from "fflate";
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

/** Every key with its value. */
export async function dumpRedis(redis: Redis): Promise<string> {
  const keys = await redis.keys("*");
  if (keys.length === 0) throw new Error("Redis holds nothing");
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

/** Every object of a bucket, workbooks unpacked, by key. */
export async function readBucket(client: S3Client, bucket: string): Promise<Map<string, string>> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const found = new Map<string, string>();
  for (const { Key = "" } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    found.set(Key, textOf((await Body?.transformToByteArray()) ?? new Uint8Array()));
  }
  return found;
}

/** A file as text; of a workbook every part of it, shared strings among them. */
export function textOf(bytes: Uint8Array): string {
  if (Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== "PK\u0003\u0004")
    return Buffer.from(bytes).toString();
  return Object.entries(unzipSync(bytes))
    .map(([name, part]) => `${name}\n${Buffer.from(part).toString()}`)
    .join("\n");
}

/** Every file of a folder. */
export async function dumpFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return names.map((name, at) => `${name}\n${texts[at]}`).join("\n");
}
