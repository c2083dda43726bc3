import type { types } from "mediasoup";

/**
 * mediasoup copies what a router can do each time it is read, and what a producer offers twice for every consumer: a
 * sixth of what a join cost the edge. Here one copy, which nobody can write to, serves all.
 */
export function shareParameters(router: types.Router): void {
  share(router, "rtpCapabilities");
  router.observer.on("newtransport", (transport) =>
    transport.observer.on("newproducer", (producer) => share(producer, "consumableRtpParameters")),
  );
}

function share<T extends object>(owner: T, name: keyof T): void {
  Object.defineProperty(owner, name, { value: freeze(owner[name]) });
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
