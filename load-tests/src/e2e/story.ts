import type { Browser } from "playwright-core";
import type { Person } from "./browser.ts";
import type { Inbox } from "./mail.ts";
import type { Product } from "./product.ts";
import type { RtmpSink } from "./rtmp-sink.ts";
import type { Runner } from "./runner.ts";

/** What the steps share: the product, the people, and what they have learnt so far. */
export type Story = {
  runner: Runner;
  product: Product;
  browser: Browser;
  inbox: Inbox;
  rtmp: RtmpSink;
  /** Makes addresses unique, so that a story can run twice against one database. */
  run: string;
  people: Record<"host" | "panelist" | "a" | "b" | "c", Person>;
  facts: {
    webinarId?: string;
    registrationUrl?: string;
    links: Record<string, string>;
    /** Who was placed on which edge. */
    /** Objects each idle media node owns, before anybody came. */
    idle: Record<string, number>;
    edges: Partial<Record<"a" | "b", string>>;
    liveAt?: number;
    endedAt?: number;
    edgeRecoveryMs?: number;
    replayFirstPictureMs?: number;
  };
};

export const addressOf = (story: Story, who: string): string => `${who}-${story.run}@example.test`;

/** A fact an earlier step must have found. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not known yet`);
  return value;
}
