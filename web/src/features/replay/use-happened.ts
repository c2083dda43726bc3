"use client";
import { useCallback, useSyncExternalStore } from "react";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { happened } from "../../live/replay-rules.ts";

/** How many of a list have happened where the picture is; all of them when everything is to be shown. Changes with the number alone. */
export function useHappened(player: ReplayPlayer, list: readonly { atMs: number }[], all: boolean): number {
  const count = useCallback(
    () => (all ? list.length : happened(list, player.state.get().positionMs)),
    [player, list, all],
  );
  return useSyncExternalStore(player.state.subscribe, count, count);
}
