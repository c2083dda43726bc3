import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { metric } from "./product.ts";
import { probe } from "./rtmp-sink.ts";
import { assert, until } from "./runner.ts";
import { replay } from "./steps-replay.ts";
import { addressOf, known, type Story } from "./story.ts";

/** The end, the recording, the export, and nothing left behind. */
export async function finish(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step("host ends; everybody sees it", 30_000, () => end(story));
  await runner.step("the recording plays: H.264 and AAC, as long as the webinar", 60_000, () =>
    recording(story),
  );
  await runner.step("the destination got H.264 and AAC", 30_000, () => destination(story));
  await runner.step("the CSV has three registrants with join times and tier", 30_000, () => exportCsv(story));
  await replay(story);
  await runner.step("nothing is left on the media nodes", 60_000, () => nothingLeft(story));
}

async function end({ people, facts }: Story): Promise<void> {
  const { page } = people.host;
  await page.getByRole("button", { name: "End webinar" }).click();
  await page.getByRole("button", { name: "End for everyone" }).click();
  await page.locator('main[data-room-phase="ended"]').waitFor();
  facts.endedAt = Date.now();
  for (const who of ["a", "b", "c"] as const)
    await people[who].page.getByText("This webinar is over").waitFor();
}

async function recording({ people, product, facts }: Story): Promise<void> {
  const { page } = people.host;
  await page.goto(`${product.url("web")}/console/${known(facts.webinarId, "the webinar")}`);
  const link = page.getByRole("link", { name: "Download MP4" });
  await link.waitFor({ timeout: 45_000 });
  const url = known((await link.getAttribute("href")) ?? undefined, "the recording's address");
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  assert(response.ok, `the recording answers ${response.status}`);
  const file = path.join(product.home, "story.mp4");
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const { video, audio, durationMs } = await probe(file);
  assert(video === "h264" && audio === "aac", `the recording is ${video} and ${audio}`);
  const { live, ended } = await liveInterval(page);
  const expected = ended - live;
  assert(
    Math.abs(durationMs - expected) <= 1000,
    `the recording lasts ${durationMs} ms, the webinar ${expected} ms`,
  );
}

/** When the webinar was live, by the database. */
async function liveInterval(page: Story["people"]["host"]["page"]): Promise<{ live: number; ended: number }> {
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const webinar = await page.evaluate(async (webinarId) => {
    const input = encodeURIComponent(JSON.stringify({ json: { id: webinarId } }));
    const answer = await fetch(`/api/trpc/webinar.get?input=${input}`);
    return ((await answer.json()) as { result: { data: { json: { liveAt: number; endedAt: number } } } })
      .result.data.json;
  }, id);
  return { live: webinar.liveAt, ended: webinar.endedAt };
}

async function destination({ rtmp }: Story): Promise<void> {
  const { video, audio } = await probe(rtmp.file);
  assert(video === "h264" && audio === "aac", `the destination got ${video} and ${audio}`);
}

async function exportCsv(story: Story): Promise<void> {
  const { page } = story.people.host;
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  const [header = "", ...rows] = text.trim().split("\r\n");
  assert(
    header.startsWith("registered_at,name,email,first_joined_at,last_left_at,minutes_attended,delivery"),
    `unexpected header ${header}`,
  );
  assert(rows.length === 3, `three registrants, got ${rows.length}`);
  const columns = header.split(",");
  for (const [who, tier] of [
    ["a", "webrtc"],
    ["b", "webrtc"],
    ["c", "hls"],
  ] as const) {
    const row = rows.find((candidate) => candidate.includes(addressOf(story, who)))?.split(",");
    assert(row, `${who} is in the export`);
    const cell = (name: string) => row[columns.indexOf(name)] ?? "";
    assert(
      /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/.test(cell("first_joined_at")),
      `${who} has a join time: ${cell("first_joined_at")}`,
    );
    assert(cell("delivery").includes(tier), `${who} watched by ${tier}: ${cell("delivery")}`);
    assert(cell("utm_source") === "story", `${who} came by the campaign`);
  }
}

async function nothingLeft({ product, people, facts }: Story): Promise<void> {
  for (const person of Object.values(people)) await person.context.close();
  for (const [node, gauges] of Object.entries({
    origin: ["producers", "pipes", "programme_feeds", "panelists", "stages"],
    "edge-1": ["attendees", "transports", "consumers", "pipes", "facts_queued"],
    "edge-2": ["attendees", "transports", "consumers", "pipes", "facts_queued"],
  })) {
    for (const gauge of gauges) {
      await until(
        `${gauge} of ${node} is zero`,
        40_000,
        async () => (await metric(product.url(node), gauge)) === 0,
      );
    }
  }
  for (const [node, idle] of Object.entries(facts.idle)) {
    await until(`${node} owns what it owned before the story (${idle})`, 30_000, async () => {
      const now = (await metric(product.url(node), "scope_entries")) ?? Number.NaN;
      if (now > idle) throw new Error(`${now} entries`);
      return true;
    });
  }
}
