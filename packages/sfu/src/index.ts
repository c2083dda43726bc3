export { Board } from "./board.ts";
export { mediaCodecs } from "./codecs.ts";
export { createFeedTransport, createPipeTransport, endpointOf, type PipeListen } from "./endpoint.ts";
export { Peer } from "./peer.ts";
export { createRoomEvents, type RoomEvents, RoomFeed, type RoomFeedOptions } from "./room-feed.ts";
export { Branch, RouterSet } from "./router-set.ts";
export { checkCapabilities, checkProducerRtp } from "./rtp-check.ts";
export { type PoolWorker, type RtcListen, WorkerPool } from "./worker-pool.ts";
