import { createRequire } from "node:module";
import type { Socket } from "node:net";

/** What a publishing connection does, told to whoever owns the stream. Bodies are good until the call returns. */
export type Publication = {
  video: (body: Buffer, timestamp: number) => void;
  audio: (body: Buffer, timestamp: number) => void;
  ended: () => void;
};

export type RtmpServerOptions = {
  host: string;
  port: number;
  /** For node-media-server's store, which nothing is put into. */
  storePath: string;
  /** A connection sent what could not be read: it is ended, nothing else is. */
  onFault: (error: unknown) => void;
  /** Somebody publishes under `key`. `close` ends the connection. Null: nobody may. */
  onPublish: (key: string, close: () => void) => Publication | null;
};

type Packet = { codec_type: number; dts: number; size: number; data: Buffer };
type Session = {
  socket: Socket;
  streamApp: string;
  streamName: string;
  isPublisher: boolean;
  protocol: string;
  rtmp: { onPacketCallback: (packet: Packet) => void };
};
type Server = {
  on: (event: string, listener: (session: Session) => void) => void;
  run: () => Promise<void>;
  stop: () => Promise<void>;
  rtmpServer: {
    tcpServer: {
      on: (event: "connection", listener: (socket: Socket) => void) => void;
      maxConnections: number;
    };
  };
};

/** Connections at a time, those that have not said what they want included. */
const mostConnections = 200;
/** Who has not begun to publish by then is let go, ms. */
const publishWithinMs = 10_000;
/** An encoder that says nothing for as long is gone, ms. */
const silentMs = 12_000;
/** A handshake, its commands and nothing more comes before publishing. */
const mostBytesBefore = 32 * 1024;
/** The one application that is published to: `rtmp://host/live/{key}`. */
const application = "live";

/**
 * The one user of node-media-server for publishers from outside: its RTMP, without its broadcasting. Packets go to the
 * stream's owner as they come; nobody can play here. Its log names streams, which are keys: it is thrown away.
 *
 * @returns stops it
 */
export async function serveRtmp(options: RtmpServerOptions): Promise<() => Promise<void>> {
  // This process logs with pino only.
  console.log = () => {};
  const load = createRequire(import.meta.url);
  const NodeMediaServer = load("node-media-server") as new (config: unknown) => Server;
  const server = new NodeMediaServer({
    bind: options.host,
    rtmp: { port: options.port },
    record: { auto: false },
    store: { path: options.storePath },
  });
  const waiting = new Map<Socket, NodeJS.Timeout>();
  const { tcpServer } = server.rtmpServer;
  tcpServer.maxConnections = mostConnections;
  tcpServer.on("connection", (socket) => {
    waiting.set(
      socket,
      setTimeout(() => socket.destroy(), publishWithinMs),
    );
    socket.once("close", () => {
      clearTimeout(waiting.get(socket));
      waiting.delete(socket);
    });
    socket.setTimeout(silentMs, () => socket.destroy());
    guard(socket, () => waiting.has(socket), options.onFault);
  });
  server.on("prePlay", ({ socket }) => socket.destroy());
  server.on("prePublish", (session) => {
    clearTimeout(waiting.get(session.socket));
    waiting.delete(session.socket);
    accept(session, options);
  });
  await server.run();
  return () => server.stop();
}

/** Reads for the server what arrives, so that a fault of one connection, or its greed, ends that one only. */
function guard(socket: Socket, isWaiting: () => boolean, onFault: (error: unknown) => void): void {
  let before = 0;
  const readers = socket.listeners("data") as ((bytes: Buffer) => void)[];
  socket.removeAllListeners("data");
  socket.on("data", (bytes: Buffer) => {
    if (isWaiting()) before += bytes.length;
    if (before > mostBytesBefore) {
      socket.destroy();
      return;
    }
    try {
      for (const read of readers) read(bytes);
    } catch (error) {
      onFault(error);
      socket.destroy();
    }
  });
}

function accept(session: Session, { onPublish }: RtmpServerOptions): void {
  const { socket, streamApp, streamName, rtmp } = session;
  const publication = streamApp === application ? onPublish(streamName, () => socket.end()) : null;
  // What still comes from one that is not wanted goes nowhere.
  rtmp.onPacketCallback = () => {};
  if (!publication) {
    socket.end();
    return;
  }
  rtmp.onPacketCallback = ({ codec_type: type, dts, size, data }) => {
    const body = data.subarray(0, size);
    if (type === 9) publication.video(body, dts);
    if (type === 8) publication.audio(body, dts);
  };
  socket.once("close", publication.ended);
}
