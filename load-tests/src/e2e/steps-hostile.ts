import { randomUUID } from "node:crypto";
import { type Admission, protocolVersion, type ServerFrame } from "@rostrum/protocol";
import { admitAs, callTrpc, RawSocket, rawTrpc } from "../wire/api.ts";
import { linkIn } from "./mail.ts";
import { expectMovingPicture } from "./media.ts";
import { assert } from "./runner.ts";
import { addressOf, known, type Story } from "./story.ts";

const procedures = [
  "auth.requestLink",
  "webinar.create",
  "webinar.goLive",
  "webinar.end",
  "webinar.invitePanelist",
  "registration.submit",
  "attendance.admit",
  "attendance.admitHost",
  "question.ask",
  "question.upvote",
  "question.answer",
  "poll.create",
  "poll.open",
  "poll.vote",
  "hand.dismiss",
  "hand.invite",
  "hand.accept",
  "chat.post",
  "nothing.there",
];
const methods = [
  "media.capabilities",
  "transport.create",
  "transport.connect",
  "transport.restart-ice",
  "receive.start",
  "consumer.resume",
  "consumer.layers",
  "producer.open",
  "producer.pause",
  "producer.close",
  "hello",
  "no.such.method",
];
const values: unknown[] = [
  null,
  7,
  -1,
  "x".repeat(20_000),
  [],
  [[[[]]]],
  { __proto__: { admin: true } },
  { constructor: 1 },
  true,
  "\u202e",
  1e308,
  { id: {} },
];

/** Deterministic, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 200 bad calls and 200 bad frames against the live product: typed refusals, and the picture goes on. */
export async function attack(story: Story): Promise<void> {
  const { runner, people, product } = story;
  const pids = ["web", "origin", "edge-1", "edge-2", "egress"].map(
    (name) => [name, product.pid(name)] as const,
  );
  await runner.step("200 malformed API calls get typed errors", 60_000, () => attackApi(story));
  await runner.step("200 malformed frames to an edge and to the origin get typed errors", 60_000, () =>
    attackSignalling(story),
  );
  await runner.step("identity cannot be forged", 20_000, () => forgeIdentity(story));
  await runner.step("an address that is made up does not evade the limits", 20_000, () => evadeLimits(story));
  await runner.step("no process died and A's picture went on", 20_000, async () => {
    for (const [name, pid] of pids) assert(product.pid(name) === pid, `${name} was restarted`);
    await expectMovingPicture(people.a.page, 'video[data-source="camera"]');
  });
}

async function attackApi(story: Story): Promise<void> {
  const web = story.product.url("web");
  const next = random(1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const { edge } = await admitAs(web, known(story.facts.links.b, "B's link"));
  const tokens = [undefined, "nonsense", edge.token, `${edge.token}x`, "eyJhbGciOiJub25lIn0.e30."];
  for (let i = 0; i < 200; i++) {
    const procedure = pick(procedures);
    const input = {
      id: pick(values),
      webinarId: randomUUID(),
      questionId: randomUUID(),
      pollId: pick(values),
      text: pick(values),
      email: pick(values),
      role: "host",
      participantId: randomUUID(),
      [`k${i}`]: pick(values),
    };
    const answer =
      i % 10 === 0
        ? await rawTrpc(web, procedure, "{not json", pick(tokens))
        : await callTrpc(web, procedure, input, pick(tokens));
    assert(
      answer.error,
      `${procedure} accepted nonsense (call ${i}): ${JSON.stringify(answer).slice(0, 300)}`,
    );
    assert(
      answer.status < 500 && answer.error.code !== "internal",
      `${procedure} failed inside (call ${i}): ${answer.status} ${answer.error.code}`,
    );
  }
}

/** Thirty a minute and address may ask for their link again; the caller claims another address each time. */
async function evadeLimits({ product }: Story): Promise<void> {
  const codes = new Set<string | undefined>();
  for (let i = 0; i < 40; i++) {
    const input = { slug: "no-such-webinar", email: `nobody-${i}@example.test` };
    const { error } = await callTrpc(product.url("web"), "registration.resend", input, {
      from: `198.51.100.${i}`,
    });
    codes.add(error?.code);
  }
  assert(codes.has("rate.limited"), `nothing was limited: ${[...codes].join(", ")}`);
}

async function attackSignalling(story: Story): Promise<void> {
  const web = story.product.url("web");
  const attendee = await admitAs(web, known(story.facts.links.b, "B's link"), "webrtc");
  const panelist = await admitAs(web, known(story.facts.links.panelist, "the panelist's link"));
  assert(panelist.stage, "a panelist has a stage");
  // An attendee's token opens no stage, an edge token no origin, and nonsense nothing.
  for (const token of [attendee.edge.token, panelist.edge.token, "nonsense", ""]) {
    const socket = await RawSocket.open(panelist.stage.url);
    const answer = await socket.request("hello", { version: protocolVersion, token });
    assert(answer && "ok" in answer && !answer.ok, "the origin must refuse this token");
    socket.close();
  }
  await bombard({ url: attendee.edge.url, token: attendee.edge.token, seed: 2 });
  const mallory = await inviteMallory(story);
  assert(mallory.stage, "a panelist has a stage");
  await bombard({ url: mallory.stage.url, token: mallory.stage.token, seed: 3, publisher: true });
}

/** A second panelist, invited like the first, who sends nothing but nonsense. */
async function inviteMallory(story: Story): Promise<Admission> {
  const email = addressOf(story, "mallory");
  const input = JSON.stringify({ json: { id: story.facts.webinarId, email, name: "Mallory" } });
  const status = await story.people.host.page.evaluate(async (body) => {
    const answer = await fetch("/api/trpc/webinar.invitePanelist", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return answer.status;
  }, input);
  assert(status === 200, `the host could not invite: ${status}`);
  return admitAs(story.product.url("web"), linkIn(await story.inbox.waitFor(email, /stage/i), "/p/"));
}

type Target = { url: string; token: string; seed: number; publisher?: boolean };

const fieldsOf: Partial<Record<string, string[]>> = {
  "transport.create": ["direction"],
  "transport.connect": ["transportId", "dtlsParameters"],
  "transport.restart-ice": ["foreignId"],
  "receive.start": ["transportId", "rtpCapabilities"],
  "consumer.resume": ["consumerId"],
  "consumer.layers": ["consumerId", "spatialLayer"],
  "producer.open": ["transportId", "kind", "source", "rtpParameters"],
  "producer.pause": ["producerId"],
  "producer.close": ["producerId"],
};

/** Fields of every method, each wrong in a way of its own. `own` is a transport that the socket really has. */
function hostileFields(own: unknown, pick: <T>(list: readonly T[]) => T): Record<string, unknown> {
  return {
    transportId: pick([own, own, randomUUID(), ...values]),
    foreignId: randomUUID(),
    consumerId: randomUUID(),
    producerId: randomUUID(),
    kind: "video",
    source: "camera",
    direction: pick(["sideways", 3, null]),
    rtpParameters: pick([
      { codecs: [{ mimeType: "video/evil", payloadType: 999, clockRate: -1 }], encodings: [{ ssrc: "x" }] },
      { codecs: [{ mimeType: "video/VP8", payloadType: 96, clockRate: 90000 }], encodings: [], rtcp: {} },
      {
        codecs: [{ mimeType: "audio/opus", payloadType: 96, clockRate: 48000, channels: 2 }],
        encodings: [{ ssrc: 1 }],
      },
      { codecs: [], encodings: Array.from({ length: 16 }, () => ({ rid: "r" })) },
    ]),
    rtpCapabilities: pick([
      { codecs: [{ kind: 7 }] },
      { codecs: values },
      { headerExtensions: [{ kind: "video", uri: 3 }] },
    ]),
    dtlsParameters: { fingerprints: [{ algorithm: "sha-256", value: "zz" }] },
    participantId: randomUUID(),
    role: "host",
    spatialLayer: pick([1, 99, "top"]),
  };
}

/** Gets in by a token of the attacker's own and makes a real transport. */
async function enter({ url, token, publisher }: Target): Promise<{ socket: RawSocket; own: string }> {
  const socket = await RawSocket.open(url);
  const hello = await socket.request("hello", { version: protocolVersion, token });
  assert(hello && "ok" in hello && hello.ok, "the attacker gets in by a token of their own");
  const made = await socket.request("transport.create", { direction: publisher ? "send" : "receive" });
  assert(made && "ok" in made && made.ok, "the attacker has a transport");
  return { socket, own: (made.data as { id: string }).id };
}

/** 100 bad frames over as many sockets as it takes: each is answered with a code, or the socket is closed for abuse. */
async function bombard(target: Target): Promise<void> {
  const next = random(target.seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let { socket, own } = await enter(target);
  for (let i = 0; i < 100; i++) {
    if (socket.closed !== undefined) ({ socket, own } = await enter(target));
    if (i % 8 === 0) {
      socket.send(pick(unframed));
      continue;
    }
    const method = pick(methods.filter((candidate) => candidate !== "media.capabilities"));
    const everything = hostileFields(own, pick);
    // Every other frame has exactly the method's own fields: what is wrong is then found behind the schema.
    const named = fieldsOf[method];
    const exact =
      i % 2 === 0 && named
        ? Object.fromEntries(named.map((field) => [field, everything[field]]))
        : everything;
    refused(await socket.request(method, exact), socket, `${method} (frame ${i})`);
  }
  socket.close();
}

/** What is no frame at all. */
const unframed = [
  "{",
  "[]",
  "null",
  '{"id":"x"}',
  JSON.stringify({ id: -1, method: "hello" }),
  "\u0000",
  JSON.stringify({ id: 1, method: "x".repeat(900) }),
];

function refused(answer: ServerFrame | undefined, socket: RawSocket, what: string): void {
  if (answer === undefined) {
    assert(socket.closed !== undefined, `${what} was not answered`);
    return;
  }
  assert("ok" in answer && !answer.ok, `${what} was accepted: ${JSON.stringify(answer)}`);
  assert(answer.error.code !== "internal", `${what} failed inside: ${JSON.stringify(answer.error)}`);
}

/** Well-formed messages with somebody else's identity or ids in them. */
async function forgeIdentity(story: Story): Promise<void> {
  const web = story.product.url("web");
  const { edge } = await admitAs(web, known(story.facts.links.b, "B's link"), "webrtc");
  const asked = await callTrpc(
    web,
    "question.ask",
    { id: randomUUID(), text: "Who am I?", name: "The Host", participantId: randomUUID() },
    edge.token,
  );
  assert(asked.error?.code === "input.invalid", "a name in the body must be refused");
  const ended = await callTrpc(web, "webinar.end", { id: story.facts.webinarId }, edge.token);
  assert(ended.error?.code === "session.required", "an attendee's token is no host session");

  const socket = await RawSocket.open(edge.url);
  await socket.request("hello", { version: protocolVersion, token: edge.token });
  const send = await socket.request("transport.create", { direction: "send" });
  assert(
    send && "ok" in send && !send.ok && send.error.code === "permission.denied",
    "an attendee cannot get a send transport",
  );
  const foreign = await story.people.a.page.evaluate(
    () => document.querySelector<HTMLElement>("video[data-participant]")?.dataset.participant ?? "",
  );
  for (const [method, data, code] of [
    ["consumer.resume", { consumerId: foreign }, "consumer.unknown"],
    ["producer.close", { producerId: foreign }, "permission.denied"],
    ["transport.restart-ice", { transportId: foreign }, "transport.unknown"],
  ] as const) {
    const answer = await socket.request(method, data);
    assert(
      answer && "ok" in answer && !answer.ok && answer.error.code === code,
      `${method} with a foreign id must be ${code}: ${JSON.stringify(answer)}`,
    );
  }
  socket.close();
}
