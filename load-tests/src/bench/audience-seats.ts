import { registerPeople } from "../swarm/people.ts";
import { Ledger } from "../wire/ledger.ts";
import { LoadPanelist } from "./audience-children.ts";
import type { World } from "./audience-world.ts";

const seats = 100;
const people = 150;
const patienceMs = 15_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Throws unless everybody has one stay, as many are interactive as there are seats, and the one who left has gone: whoever
 * got the seat goes on with the stay that they had while they waited.
 */
async function expectOneStayEach(world: World, webinarId: string): Promise<void> {
  const ledger = new Ledger(world.product.env("web").DATABASE_URL ?? "");
  let found = "";
  try {
    // Edges tell web in batches.
    for (const until = Date.now() + 10_000; Date.now() < until; await wait(250)) {
      const stays = await ledger.intervals(webinarId, 0);
      const open = stays.filter(({ leftAt }) => leftAt === null);
      const interactive = open.filter(({ delivery }) => delivery === "webrtc").length;
      const participants = new Set(stays.map(({ participantId }) => participantId)).size;
      found = `${stays.length} stays of ${participants} people, ${open.length} open, ${interactive} of them interactive`;
      if (found === `${people} stays of ${people} people, ${people - 1} open, ${seats} of them interactive`)
        return;
    }
  } finally {
    await ledger.close();
  }
  throw new Error(`attendance after a seat changed hands: ${found}`);
}

/**
 * A webinar with 100 seats and 150 people: one who sits leaves, and the first of those who wait gets the seat. Answers the
 * time from the leaving to the first frame that the promoted could decode, ms; null when nobody was promoted in time.
 */
export async function measureSeatPromotion(world: World): Promise<number | null> {
  const { host, site, crowd } = world;
  const webinar = await host.schedule("The seats bench", seats);
  const link = await host.invite(webinar.id, { name: "Alan Mathison", email: "seats@example.test" });
  const panelist = new LoadPanelist(["--web", site.web, "--link", link]);
  try {
    const links = await registerPeople({ ...site, ...webinar }, people, "seats");
    await panelist.ready;
    await host.call("webinar.goLive", { id: webinar.id });
    await crowd.tell({ do: "join", links, overMs: 5000, group: "seats" });
    await wait(2000);
    await crowd.tell({ do: "leave-one", group: "seats" });
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const { promotions } = (await crowd.tell({ do: "promotions" })) as {
        promotions: { offeredMs: number; firstFrameMs: number | null }[];
      };
      const [first] = promotions;
      if (promotions.length > 1) throw new Error(`${promotions.length} people were offered one seat`);
      if (first && first.firstFrameMs !== null) {
        await expectOneStayEach(world, webinar.id);
        return Math.round(first.firstFrameMs);
      }
      await wait(100);
    }
    return null;
  } finally {
    await crowd.tell({ do: "leave", group: "seats" });
    panelist.stop();
  }
}
