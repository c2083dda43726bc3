"use client";
import { useSyncExternalStore } from "react";
import type { Value } from "./value.ts";

/** A component's view of a live value. */
export function useValue<T>(value: Value<T>): T {
  return useSyncExternalStore(value.subscribe, value.get, value.get);
}
