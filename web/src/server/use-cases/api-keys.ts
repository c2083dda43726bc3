import { type ApiKey, insertApiKey, listApiKeys, recordAudit, revokeApiKey, type User } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { apiScopes } from "../../features/console/integrations/scopes.ts";
import { hashSecret, newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";

/** `rst_` marks it as ours for secret scanners; the eight characters behind it are shown in the console. */
const prefixChars = "rst_".length + 8;

const forOwner = ({ id, name, prefix, scopes, lastUsedAt, createdAt }: ApiKey) => ({
  id,
  name,
  prefix,
  scopes: apiScopes.filter((scope) => scopes.includes(scope)),
  lastUsedAt: lastUsedAt?.getTime() ?? null,
  createdAt: createdAt.getTime(),
});

export async function describeKeys(services: Services, user: User) {
  const rows = await listApiKeys(services.db, user.organisationId);
  return rows.map((row) => ({ ...forOwner(row), createdBy: row.createdByName }));
}

/** A new key. Its text is in this answer and nowhere else. */
export async function createKey(
  services: Services,
  user: User,
  { name, scopes }: { name: string; scopes: string[] },
) {
  const { token } = newSecret();
  const key = `rst_${token}`;
  const row = await insertApiKey(services.db, {
    organisationId: user.organisationId,
    createdBy: user.id,
    name,
    scopes,
    prefix: key.slice(0, prefixChars),
    keyHash: hashSecret(key),
  });
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "api-key.created",
    subject: row.id,
    details: { name, scopes },
  });
  return { ...forOwner(row), key };
}

export async function revokeKey(services: Services, user: User, id: string): Promise<void> {
  if (!(await revokeApiKey(services.db, user.organisationId, id)))
    throw new RostrumError("not-found", "There is no such key.");
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "api-key.revoked",
    subject: id,
  });
}
