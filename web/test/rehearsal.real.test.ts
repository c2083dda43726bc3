import { sleep } from "@rostrum/platform";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse } from "../src/server/rehearsal.ts";
import { openServer, type Stage } from "./harness.ts";

describe("a rehearsal of web", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openServer();
  });
  afterAll(() => stage.close());

  const never = () => false;
  const keys = async (pattern: string): Promise<string[]> => stage.services.redis.keys(pattern);
  const admissionsStored = async (): Promise<number> => {
    const [row] = await stage.services.db.execute<{ count: string }>(sql`select count(*) from admissions`);
    return Number(row?.count);
  };

  it("lets so many in, and leaves nothing behind", async () => {
    const { services } = stage;
    const [seats, placed, open] = [await keys("seats:*"), await keys("placed:*"), services.scope.count()];
    expect(await rehearse(services, { joins: 30, isOver: never })).toBe(30);
    // Devices are noted twice a second.
    await sleep(700);
    expect(await keys("seats:*")).toEqual(seats);
    expect(await keys("placed:*")).toEqual(placed);
    expect(await admissionsStored()).toBe(0);
    expect(services.measures.admissions()).toBe(0);
    expect(services.scope.count()).toBe(open);
  });

  it("ends when somebody comes", async () => {
    let asked = 0;
    expect(await rehearse(stage.services, { joins: 400, isOver: () => ++asked > 2 })).toBe(20);
  });

  it("fails when nobody could be let in: it rehearses the whole way", async () => {
    const away = await openServer({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    try {
      await expect(rehearse(away.services, { joins: 10, isOver: never })).rejects.toThrow("not let in");
    } finally {
      await away.close();
    }
  });
});
