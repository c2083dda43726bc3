/** Size and count caps of the wire. Bytes are UTF-8 bytes, times are milliseconds. */
export const limits = {
  /** One WebSocket frame from a client. */
  frameBytes: 64 * 1024,
  /** One node-to-node frame: a snapshot of producers with RTP parameters. */
  nodeFrameBytes: 1024 * 1024,
  /** One tRPC request body. */
  requestBytes: 256 * 1024,
  /** Serialised RTP parameters or capabilities of one message. */
  rtpBytes: 32 * 1024,
  questionChars: 500,
  captionChars: 500,
  chatChars: 1000,
  pollOptions: 10,
  pollTextChars: 200,
  transportsPerPeer: 4,
  producersPerPeer: 6,
  helloTimeoutMs: 5_000,
  pingMs: 5_000,
  deadAfterMs: 15_000,
  /** Between two nodes, which are near: one that froze must be noticed before its viewers give up. */
  nodePingMs: 300,
  /** How long a silent node is waited for: its media stalled too, there is none to judge by, or it flows on. */
  nodePatienceMs: { stalled: 900, none: 2_000, flows: 8_000 },
  /** A socket whose unsent bytes pass this is dropped; the client reconnects and takes a snapshot. */
  bufferedBytes: 1024 * 1024,
  messagesPerSecond: 40,
  messageBurst: 200,
} as const;
