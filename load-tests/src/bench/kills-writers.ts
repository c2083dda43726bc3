import { randomUUID } from "node:crypto";
import { until } from "../e2e/runner.ts";
import { callTrpc, snapshotOf } from "../wire/api.ts";
import type { Scene, Viewer } from "./kills-scene.ts";

const giveUpMs = 20_000;

/**
 * What viewers say and vote while a node dies. A client that gets no answer asks again with the same id, as the pages
 * do; what was acknowledged once must be in the database once, and in the room of whoever looks.
 */
export class Writers {
  readonly #scene: Scene;
  readonly #poll: { id: string; options: { id: string }[] };
  readonly #acknowledged = { questions: new Set<string>(), votes: new Map<string, string>() };
  /** Never acknowledged within `giveUpMs`: not lost, but nobody was served. */
  refused = 0;

  private constructor(scene: Scene, poll: { id: string; options: { id: string }[] }) {
    this.#scene = scene;
    this.#poll = poll;
  }

  /** With a poll that everybody may vote in. */
  static async prepare(scene: Scene): Promise<Writers> {
    const { webinarId } = scene;
    const poll = (await scene.asHost("poll.create", {
      webinarId,
      question: "Is the picture there?",
      options: ["Yes", "No"],
    })) as { id: string; options: { id: string }[] };
    await scene.asHost("poll.open", { pollId: poll.id });
    return new Writers(scene, poll);
  }

  /** One question and one vote of each viewer, at any moment of `overMs`. */
  async write(overMs: number): Promise<void> {
    await Promise.all(
      this.#scene.viewers.flatMap((viewer, i) => [
        this.#later(overMs, () => this.#ask(viewer)),
        this.#later(overMs, () => this.#vote(viewer, this.#poll.options[i % 2]?.id ?? "")),
      ]),
    );
  }

  async #later(overMs: number, act: () => Promise<boolean>): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * overMs));
    if (!(await act())) this.refused++;
  }

  async #ask({ token }: Viewer): Promise<boolean> {
    const id = randomUUID();
    const done = await this.#insist("question.ask", { id, text: `Who asks ${id.slice(0, 8)}?` }, token);
    if (done) this.#acknowledged.questions.add(id);
    return done;
  }

  async #vote({ token, participantId }: Viewer, optionId: string): Promise<boolean> {
    const done = await this.#insist("poll.vote", { pollId: this.#poll.id, optionId, retry: true }, token);
    if (done) this.#acknowledged.votes.set(participantId, optionId);
    return done;
  }

  async #insist(procedure: string, input: unknown, token: string): Promise<boolean> {
    const deadline = Date.now() + giveUpMs;
    while (Date.now() < deadline) {
      const answer = await callTrpc(this.#scene.web, procedure, input, token).catch(() => undefined);
      if (answer?.status === 200) return true;
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 300));
    }
    return false;
  }

  /** What was acknowledged and is not there, or is there more than once; what the room shows must agree. */
  async faults(): Promise<string[]> {
    const { ledger } = this.#scene;
    const faults: string[] = [];
    const stored = await ledger.questions([...this.#acknowledged.questions]);
    for (const id of this.#acknowledged.questions) if (!stored.has(id)) faults.push(`question ${id} is lost`);
    const votes = await ledger.votes(this.#poll.id);
    for (const [participantId, optionId] of this.#acknowledged.votes) {
      const own = votes.filter((vote) => vote.participantId === participantId);
      if (own.length !== 1 || own[0]?.optionId !== optionId)
        faults.push(`the vote of ${participantId} is stored ${own.length} times`);
    }
    faults.push(...(await this.#roomFaults(votes.length)));
    await this.#scene.asHost("poll.close", { pollId: this.#poll.id });
    return faults;
  }

  /** Every edge's room has what the database has, if not at once then within its next look at the log. */
  async #roomFaults(votes: number): Promise<string[]> {
    const { viewers } = this.#scene;
    let missing: string[] = [];
    await until("the rooms agree with the database", 8000, async () => {
      missing = [];
      for (const { url, token } of await this.#scene.places()) {
        const room = await snapshotOf(url, token);
        const known = new Set(room.questions.map(({ id }) => id));
        for (const id of this.#acknowledged.questions)
          if (!known.has(id)) missing.push(`${url} lacks question ${id}`);
        const tally = room.polls.find(({ id }) => id === this.#poll.id)?.tally;
        if (tally?.voters !== votes) missing.push(`${url} counts ${tally?.voters} votes of ${votes}`);
      }
      return missing.length === 0 && viewers.length > 0;
    }).catch(() => false);
    return missing;
  }
}
