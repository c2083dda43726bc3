import { randomUUID } from "node:crypto";
import { addJoinToken, findOrCreateUser, insertRegistration, type Registration } from "@rostrum/db";
import type { Role } from "@rostrum/protocol";
import superjson from "superjson";
import { createTestDatabase, type TestDatabase } from "../../db/test/database.ts";
import type { WebConfig } from "../src/config.ts";
import { handleApi } from "../src/server/api.ts";
import { issueTicket } from "../src/server/guard.ts";
import { newSecret } from "../src/server/secrets.ts";
import { createServices, type Services, services, shareServices } from "../src/server/services.ts";
import { startSession } from "../src/server/session.ts";
import { admissionHeader } from "../src/server/trpc.ts";

export const publicUrl = "http://localhost:4400";

export type Stage = { services: Services; database: TestDatabase; close: () => Promise<void> };

/** The server part on a database of its own and the real Redis, as the route handlers see it. */
export async function openServer(config: Partial<WebConfig> = {}): Promise<Stage> {
  const database = await createTestDatabase();
  const services = createServices(
    {
      NODE_ID: "web",
      REGION: "local",
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: 0,
      TRUSTED_PROXIES: 0,
      LOG_LEVEL: "silent",
      PUBLIC_URL: publicUrl,
      DATABASE_URL: database.appUrl,
      REDIS_URL: process.env.REDIS_URL ?? "",
      ROSTRUM_SECRET: "0123456789abcdef0123456789abcdef",
      SMTP_URL: "smtp://127.0.0.1:1",
      WEBHOOK_ALLOWED_NETWORKS: "",
      CAPTCHA_PROVIDER: "none",
      CAPTCHA_WHEN: "suspicious",
      REHEARSAL_JOINS: 0,
      MAIL_FROM: "Rostrum <no-reply@rostrum.local>",
      ...config,
    },
    "test",
  );
  shareServices(services);
  return {
    services,
    database,
    close: async () => {
      await services.scope.close("done");
      await database.drop();
    },
  };
}

export type Headers = Record<string, string>;
export type Refusal = { code: string; message: string; field?: string };
export type Answer = { status: number; data: unknown; refusal: Refusal | undefined; response: Response };

/** Of the benchmarking network (RFC 2544): people come from many networks. */
const address = (): string => {
  const byte = () => Math.floor(Math.random() * 256);
  return `198.${18 + (byte() & 1)}.${byte()}.${byte()}`;
};

/** What a form that was opened ten seconds ago sends along. */
export const formGuard = (slug: unknown) => ({
  ticket: issueTicket(services(), { slug: String(slug), at: Date.now() - 10_000, bits: 0 }),
});

/** A registration comes from a form, unless a test says something else. */
const withForm = (path: string, input: unknown): unknown =>
  path === "registration.submit" && typeof input === "object" && input !== null && !("guard" in input)
    ? { ...input, guard: formGuard((input as { slug?: unknown }).slug) }
    : input;

/** Any request to the API. */
export async function send(path: string, init: RequestInit & { headers?: Headers } = {}): Promise<Response> {
  const request = new Request(`${publicUrl}/api/trpc/${path}`, {
    ...init,
    headers: { "x-forwarded-for": address(), ...init.headers },
  });
  return handleApi(services(), request);
}

/** One call over HTTP, the way the browser's client makes it, but with any input at all. */
export async function call(
  procedure: { path: string; type: "query" | "mutation" },
  input: unknown,
  headers: Headers = {},
): Promise<Answer> {
  return rawCall(procedure, encode(withForm(procedure.path, input)), headers);
}

/** As the client encodes it, or plainly where the client itself would refuse to. */
function encode(input: unknown): string {
  try {
    return JSON.stringify(superjson.serialize(input));
  } catch {
    return JSON.stringify({ json: input });
  }
}

export async function rawCall(
  { path, type }: { path: string; type: "query" | "mutation" },
  body: string,
  headers: Headers = {},
): Promise<Answer> {
  const response =
    type === "query"
      ? await send(`${path}?input=${encodeURIComponent(body)}`, { headers })
      : await send(path, {
          method: "POST",
          body,
          headers: { "content-type": "application/json", ...headers },
        });
  const text = await response.clone().text();
  const answer = JSON.parse(text) as {
    result?: { data: Parameters<typeof superjson.deserialize>[0] };
    error?: Refusal & { json?: { data?: { rostrum?: Refusal } } };
  };
  const refusal = answer.error?.json?.data?.rostrum ?? (answer.error?.code ? answer.error : undefined);
  return {
    status: response.status,
    data: answer.result ? superjson.deserialize(answer.result.data) : undefined,
    refusal,
    response,
  };
}

export const query = (path: string, input?: unknown, headers?: Headers): Promise<Answer> =>
  call({ path, type: "query" }, input, headers);
export const mutate = (path: string, input?: unknown, headers?: Headers): Promise<Answer> =>
  call({ path, type: "mutation" }, input, headers);

/** Signed in: the cookie header of a new session. */
export async function hostHeaders(services: Services, email: string): Promise<Headers> {
  const user = await findOrCreateUser(services.db, email);
  return { cookie: (await startSession(services, user.id)).split(";", 1)[0] ?? "" };
}

/** A registrant with a personal link. */
export async function registrant(
  services: Services,
  webinarId: string,
  name = "Ada",
): Promise<{ registration: Registration; joinToken: string }> {
  const { token, hash } = newSecret();
  const { registration } = await insertRegistration(
    services.db,
    { webinarId, email: `${randomUUID()}@example.test`, name, answers: {}, utm: {} },
    { tokenHash: newSecret().hash, payload: {} },
  );
  await addJoinToken(services.db, registration.id, hash);
  return { registration, joinToken: token };
}

/** In the room: the header that an admission gives. */
export async function roomHeaders(
  services: Services,
  who: { webinarId: string; participantId: string; name?: string; role?: Role; ttlSeconds?: number },
): Promise<Headers> {
  const token = await services.tokens.signRoom(
    {
      audience: "edge",
      webinarId: who.webinarId as never,
      participantId: who.participantId as never,
      admissionId: randomUUID() as never,
      role: who.role ?? "attendee",
      delivery: "webrtc",
      name: who.name ?? "Ada",
    },
    who.ttlSeconds ?? 60,
  );
  return { [admissionHeader]: token };
}

export async function attendee(services: Services, webinarId: string, name = "Ada"): Promise<Headers> {
  const { registration } = await registrant(services, webinarId, name);
  return roomHeaders(services, { webinarId, participantId: registration.id, name });
}

export const schedule = {
  title: "One",
  startsAt: new Date(Date.now() + 3600_000),
  durationMinutes: 30,
  timeZone: "Europe/Berlin",
};

export type Scheduled = { id: string; slug: string; icsSequence?: number };

export async function scheduleAs(headers: Headers, more: Record<string, unknown> = {}): Promise<Scheduled> {
  const { data, refusal } = await mutate("webinar.create", { ...schedule, ...more }, headers);
  if (refusal) throw new Error(`could not schedule: ${refusal.message}`);
  return data as Scheduled;
}
