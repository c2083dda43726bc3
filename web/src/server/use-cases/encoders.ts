import {
  deleteEncoder,
  type EncoderKey,
  findEncoderByKey,
  insertEncoder,
  listEncoders,
  recordAudit,
  renewEncoderKey,
  type User,
  type Webinar,
} from "@rostrum/db";
import { Lease } from "@rostrum/platform";
import {
  EncoderPass,
  EncoderStatus,
  encoderStatusKey,
  type NodeHeartbeat,
  RostrumError,
} from "@rostrum/protocol";
import { rendezvous } from "@rostrum/rules";
import { hashSecret, newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";

/** Encoders of one webinar, at most. */
const mostEncoders = 8;

/** A stream key is shown once; what is stored is its hash and what tells it from others. */
function newKey(): { key: string; stored: EncoderKey } {
  const { token, hash } = newSecret();
  return { key: token, stored: { hash, hint: token.slice(-4) } };
}

/** Whose key it is. Throws token.invalid, or webinar.ended when there is nothing to send to any more. */
export async function admitEncoder(services: Services, key: string): Promise<EncoderPass> {
  const encoder = await findEncoderByKey(services.db, hashSecret(key));
  if (!encoder) throw new RostrumError("token.invalid", "The stream key is not valid.");
  if (encoder.phase === "ended") throw new RostrumError("webinar.ended", "The webinar is over.");
  return EncoderPass.parse({ webinarId: encoder.webinarId, encoderId: encoder.id, name: encoder.name });
}

export type Acting = { user: User; webinar: Webinar };

/** A new encoder with its key, which nobody can see again. */
export async function createEncoder(
  services: Services,
  { user, webinar }: Acting,
  name: string,
): Promise<{ id: string; key: string }> {
  const { key, stored } = newKey();
  const row = await insertEncoder(services.db, { webinarId: webinar.id, name, key: stored }, mostEncoders);
  if (!row)
    throw new RostrumError(
      "conflict",
      `There is an encoder of that name already, or there are ${mostEncoders}.`,
      { field: "name" },
    );
  await audit(services, { user, webinar }, "encoder.created", row.id);
  return { id: row.id, key };
}

/** Another key for the same encoder: whoever sends with the old one is stopped within seconds. */
export async function renewKey(
  services: Services,
  acting: Acting,
  encoderId: string,
): Promise<{ id: string; key: string }> {
  const { key, stored } = newKey();
  if (!(await renewEncoderKey(services.db, { webinarId: acting.webinar.id, encoderId }, stored)))
    throw new RostrumError("not-found", "There is no such encoder.");
  await audit(services, acting, "encoder.key-renewed", encoderId);
  return { id: encoderId, key };
}

/** Its key opens nothing any more, and it leaves the stage within seconds. */
export async function revokeEncoder(services: Services, acting: Acting, encoderId: string): Promise<void> {
  if (!(await deleteEncoder(services.db, { webinarId: acting.webinar.id, encoderId }))) return;
  await audit(services, acting, "encoder.revoked", encoderId);
}

const audit = (services: Services, { user, webinar }: Acting, action: string, encoderId: string) =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action,
    subject: webinar.id,
    details: { encoderId },
  });

/** The encoders with what arrives from them now, and the addresses they publish to. */
export async function describeEncoders(services: Services, webinarId: string) {
  const rows = await listEncoders(services.db, webinarId);
  const [statuses, servers] = await Promise.all([
    readStatuses(
      services,
      rows.map(({ id }) => id),
    ),
    addresses(services, webinarId),
  ]);
  return {
    ...servers,
    encoders: rows.map(({ id, name, keyHint, createdAt }, i) => ({
      id,
      name,
      keyHint,
      createdAt: createdAt.getTime(),
      status: statuses[i] ?? null,
    })),
  };
}

async function readStatuses(services: Services, ids: string[]): Promise<(EncoderStatus | null)[]> {
  if (ids.length === 0) return [];
  const texts = await services.redis.mget(ids.map(encoderStatusKey)).catch(() => []);
  return texts.map((text) => (text ? (EncoderStatus.safeParse(JSON.parse(text)).data ?? null) : null));
}

/** Every origin sends a WHIP client on to the one that has the stage (307); naming that one saves the way. */
async function addresses(services: Services, webinarId: string) {
  const [origins, egress, holder] = await Promise.all([
    services.registry.list("origin").catch((): NodeHeartbeat[] => []),
    services.registry.list("egress").catch((): NodeHeartbeat[] => []),
    Lease.peek(services.redis, `lease:stage:${webinarId}`).catch(() => undefined),
  ]);
  const serving = origins.filter(({ draining }) => !draining);
  const chosen =
    serving.find(({ nodeId }) => nodeId === holder?.holder)?.nodeId ??
    rendezvous(
      webinarId,
      serving.map(({ nodeId }) => nodeId),
    );
  const origin = serving.find(({ nodeId }) => nodeId === chosen);
  return {
    whipUrl: origin ? `${origin.publicUrl}/whip` : null,
    rtmpUrl: egress.find(({ rtmpUrl, draining }) => rtmpUrl && !draining)?.rtmpUrl ?? null,
  };
}
