import { type Log, Reconciler, type Scope } from "@rostrum/platform";
import { RostrumError, type WebinarId, type WebinarPhase } from "@rostrum/protocol";
import { decideLink } from "@rostrum/rules";
import type { PipeSource, RouterSet } from "@rostrum/sfu";
import { type LinkContext, type PipedProducer, StageLink } from "./stage-link.ts";

type FeedOptions = {
  webinarId: WebinarId;
  context: LinkContext;
  routers: RouterSet;
  scope: Scope;
  log: Log;
  /** Attendees here who receive, and the phase, as they are now. */
  wanted: () => { receivers: number; phase: WebinarPhase };
};

/**
 * The stage of one webinar as it comes in on this edge: one link while it is wanted, two while it moves from one origin
 * to the next. Edges below take it from here and need not know which link it comes by.
 */
export class StageFeed {
  readonly #options: FeedOptions;
  readonly #links: Reconciler;
  /** Where the stage comes from; what is below hangs on `scope`, which outlives a move. */
  #here: { link: StageLink; scope: Scope } | undefined;
  /** Ends by itself when the origin that it comes from has handed everything over. */
  #leaving: StageLink | undefined;
  #unwantedSince: number | null = null;
  /** Pipes to edges that take the stage from here. */
  #below = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#links = new Reconciler(options.scope, {
      name: "stage link",
      everyMs: 500,
      reconcile: () => this.#reconcile(),
    });
  }

  /** Something changed that decides whether there should be a link. */
  nudge(): void {
    this.#links.nudge();
  }

  get linked(): boolean {
    return this.#here !== undefined;
  }

  /** What comes in. */
  get producers(): PipedProducer[] {
    return [...(this.#leaving?.producers ?? []), ...(this.#here?.link.producers ?? [])];
  }

  /** What edges below take from here; throws node.unavailable while the stage is not here. */
  asPipeSource(): PipeSource {
    if (!this.#here || this.#here.link.scope.closed)
      throw new RostrumError("node.unavailable", "This edge does not have the stage.");
    const { webinarId, routers } = this.#options;
    const { router, board } = routers.ingress;
    return { webinarId, scope: this.#here.scope, router, board, addReceiver: () => this.#countBelow() };
  }

  #countBelow(): () => void {
    this.#below++;
    let released = false;
    return () => {
      if (!released) this.#below--;
      released = true;
    };
  }

  async #reconcile(): Promise<void> {
    const { receivers, phase } = this.#options.wanted();
    if (this.#here?.link.scope.closed) await this.#forget("the link has ended");
    const { act, unwantedSince, reason } = decideLink(
      {
        receivers: receivers + this.#below,
        phase,
        linked: this.linked,
        unwantedSince: this.#unwantedSince,
      },
      Date.now(),
    );
    this.#unwantedSince = unwantedSince;
    if (act === "open") await this.#link();
    else if (act === "close") await this.#forget(reason);
    else if (this.#here?.link.moving) await this.#move(this.#here);
  }

  async #link(): Promise<void> {
    const link = await this.#open();
    if (link) this.#here = { link, scope: this.#options.scope.child("stage here") };
  }

  /** A second link, to the stage's next origin; the first one goes on until nothing is left on it. */
  async #move(here: { link: StageLink; scope: Scope }): Promise<void> {
    const next = await this.#open();
    if (!next) return;
    this.#leaving = here.link;
    here.link.scope.add("left", () => {
      this.#leaving = undefined;
    });
    here.link = next;
  }

  async #forget(reason: string): Promise<void> {
    const here = this.#here;
    this.#here = undefined;
    await here?.scope.close(reason);
    await here?.link.scope.close(reason);
    await this.#leaving?.scope.close(reason);
  }

  async #open(): Promise<StageLink | undefined> {
    const { context, webinarId, routers, log, scope } = this.#options;
    const { router, board } = routers.ingress;
    try {
      const opened = await StageLink.open({ context, webinarId, router, board, scope });
      opened?.scope.add("reconcile", () => this.nudge());
      opened?.onMoving(() => this.nudge());
      return opened;
    } catch (error) {
      log.warn({ err: error, webinarId }, "could not link to the stage; trying again");
      return undefined;
    }
  }
}
