import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Webinar } from "@rostrum/db";
import { recoverText } from "@rostrum/rules";
import { parse as parseWithCsvParse } from "csv-parse/sync";
import Papa from "papaparse";
import { readSheet } from "read-excel-file/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../db/test/database.ts";
import { type ExportWish, openExport } from "../src/server/exports/index.ts";
import { exportedAt, seedEvent } from "./event-fixture.ts";

let database: TestDatabase;
let webinar: Webinar;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  webinar = await seedEvent(database);
  folder = await mkdtemp(path.join(tmpdir(), "rostrum-exports-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

async function bytesOf(wish: Partial<ExportWish> & Pick<ExportWish, "kind">): Promise<Buffer> {
  const whole: ExportWish = { format: "csv", layout: "tidy", bom: false, ...wish };
  const { body } = await openExport({ db: database.db }, webinar, whole, exportedAt);
  return Buffer.from(await new Response(body).arrayBuffer());
}
const textOf = async (wish: Parameters<typeof bytesOf>[0]) => (await bytesOf(wish)).toString("utf8");

const kinds = ["registrants", "attendance", "polls", "questions", "chat", "events"] as const;
const files: { name: string; wish: Parameters<typeof bytesOf>[0] }[] = [
  ...kinds.map((kind) => ({ name: `tidy-${kind}.csv`, wish: { kind } })),
  ...(["registrants", "attendance", "polls", "questions"] as const).map((kind) => ({
    name: `zoom-${kind}.csv`,
    wish: { kind, layout: "zoom" as const },
  })),
  { name: "zoom-chat.txt", wish: { kind: "chat", layout: "zoom", format: "txt" } },
];

describe("exports", () => {
  it.each(files)("$name is its golden file to the byte", async ({ name, wish }) => {
    await expect(await textOf(wish)).toMatchFileSnapshot(`golden/${name}`);
  });

  it.each(kinds)("%s say the same to two CSV parsers and to a reader of workbooks", async (kind) => {
    const text = await textOf({ kind });
    const papa = Papa.parse<string[]>(text.trimEnd(), { delimiter: ",", newline: "\r\n" });
    expect(papa.errors).toEqual([]);
    const rows: string[][] = parseWithCsvParse(text, { record_delimiter: "\r\n" });
    expect(papa.data).toEqual(rows);
    const width = rows[0]?.length ?? 0;
    expect(rows.every((row) => row.length === width)).toBe(true);
    const file = path.join(folder, `${kind}.xlsx`);
    await writeFile(file, await bytesOf({ kind, format: "xlsx" }));
    const sheet = (await readSheet(file)) as (string | number | boolean | Date | null)[][];
    const asText = (cell: string | number | boolean | Date | null | undefined): string => {
      if (cell instanceof Date) return cell.toISOString().replace("Z", "+00:00");
      return cell === null || cell === undefined ? "" : String(cell);
    };
    const fromSheet = sheet.map((row) => Array.from({ length: width }, (_, at) => asText(row[at])));
    expect(fromSheet).toEqual(rows.map((row) => row.map(recoverText)));
  });

  it("begin with a byte-order mark when asked, and end lines as their layout does", async () => {
    const marked = await bytesOf({ kind: "attendance", bom: true });
    expect([...marked.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(marked.subarray(3).equals(await bytesOf({ kind: "attendance" }))).toBe(true);
    expect((await textOf({ kind: "polls", layout: "zoom" })).includes("\r")).toBe(false);
  });

  it("run nothing in a spreadsheet, and give every text back", async () => {
    const dangerous = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
    for (const { name, wish } of files.filter((file) => file.name.endsWith(".csv"))) {
      const rows: string[][] = parseWithCsvParse(await textOf(wish), { relax_column_count: true });
      const bad = rows.flat().filter((cell) => dangerous.test(cell) && cell !== "--");
      expect(bad, name).toEqual([]);
    }
    const [, ...chat]: string[][] = parseWithCsvParse(await textOf({ kind: "chat" }));
    expect(chat.map((row) => recoverText(row[4] ?? ""))).toEqual([
      'Hello, "all"',
      "+cmd|' /C calc'!A0",
      "two\nlines",
    ]);
  });

  it("hold scores that a script of nobody's recomputes from the raw events alone", async () => {
    const raw = path.join(folder, "events.csv");
    await writeFile(raw, await textOf({ kind: "events" }));
    const script = path.join(import.meta.dirname, "../../docs/examples/engagement.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [script, raw]);
    const scores = Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",")),
    );
    const rows: Record<string, string>[] = parseWithCsvParse(await textOf({ kind: "attendance" }), {
      columns: true,
    });
    expect(rows).toHaveLength(6);
    expect(new Set(rows.map((row) => row.engagement_score)).size).toBeGreaterThan(3);
    for (const row of rows) expect(scores[row.registration_id ?? ""], row.name).toBe(row.engagement_score);
    for (const row of rows) expect(Number(row.minutes_during)).toBeLessThanOrEqual(60);
  });

  it("refuse what there is not, by its field", async () => {
    await expect(bytesOf({ kind: "events", layout: "zoom" })).rejects.toMatchObject({ field: "layout" });
    await expect(bytesOf({ kind: "chat", layout: "zoom" })).rejects.toMatchObject({ field: "format" });
    await expect(bytesOf({ kind: "polls", format: "txt" })).rejects.toMatchObject({ field: "format" });
    expect(await readFile(path.join(import.meta.dirname, "golden/tidy-attendance.csv"), "utf8")).toMatch(
      /^registered_at,name,email,first_joined_at,last_left_at,minutes_attended,delivery,joins,/,
    );
  });
});
