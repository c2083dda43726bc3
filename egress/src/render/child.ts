import { constants, setPriority } from "node:os";
import { quietAv } from "../av/index.ts";
import type { FromRender, RenderOrder, RenderOutcome, ToRender } from "./ipc.ts";
import { render } from "./render.ts";

/**
 * The process that makes one recording in another layout: forked by the desk, gone with it. It takes what time nobody else
 * wants; ffmpeg, which it starts, inherits that.
 */
setPriority(constants.priority.PRIORITY_LOW);
quietAv();

const tellEveryMs = 500;
const stop = new AbortController();
let paused: PromiseWithResolvers<void> | null = null;

const tell = (message: FromRender): void => {
  if (process.connected) process.send?.(message);
};

function pause(wanted: boolean): void {
  if (wanted) paused ??= Promise.withResolvers<void>();
  else {
    paused?.resolve();
    paused = null;
  }
}

function cancel(): void {
  stop.abort(new Error("cancelled"));
  pause(false);
}

async function make(order: RenderOrder): Promise<RenderOutcome> {
  let toldAt = Number.NEGATIVE_INFINITY;
  const onProgress = (share: number): void => {
    const now = performance.now();
    if (now - toldAt < tellEveryMs) return;
    toldAt = now;
    tell({ type: "progress", share });
  };
  try {
    const mayGoOn = () => paused?.promise;
    return { state: "ready", ...(await render({ ...order, onProgress, mayGoOn, signal: stop.signal })) };
  } catch (error) {
    if (stop.signal.aborted) return { state: "cancelled" };
    const reason = error instanceof Error ? error.message : String(error);
    const full = /ENOSPC|EDQUOT|no space left|quota exceeded/i.test(reason);
    const message = full
      ? "The server's disk is full."
      : "Something in the separate tracks could not be read or coded.";
    return { state: "failed", message, reason };
  }
}

process.on("message", (message: ToRender) => {
  if (message.type === "cancel") cancel();
  else if (message.type === "pause") pause(message.paused);
  else
    void make(message.order).then((outcome) => {
      tell({ type: "outcome", outcome });
      if (process.connected) process.disconnect();
    });
});
process.on("disconnect", () => {
  cancel();
  // Whatever still holds it: nobody waits for it any more.
  setTimeout(() => process.exit(0), 2000).unref();
});
process.on("SIGINT", () => {});
