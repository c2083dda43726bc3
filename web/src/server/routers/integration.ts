import { findOrganisation, saveEmbedOrigins, webhookEventNames } from "@rostrum/db";
import { z } from "zod";
import { apiScopes } from "../../features/console/integrations/scopes.ts";
import { line, siteOrigins } from "../inputs.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import { createKey, describeKeys, revokeKey } from "../use-cases/api-keys.ts";
import {
  changeEndpoint,
  createEndpoint,
  deliveryDetail,
  deliveryLog,
  describeEndpoints,
  pingEndpoint,
  redeliver,
  removeEndpoint,
  revealSecret,
  rotateSecret,
} from "../use-cases/webhooks.ts";

const byId = z.strictObject({ id: z.uuid() });
const ofEndpoint = z.strictObject({ endpointId: z.uuid(), id: z.uuid() });
const wish = z.strictObject({
  url: z
    .string()
    .trim()
    .max(2000)
    .pipe(z.url({ protocol: /^https?$/, message: "Enter an address that begins with https://" }))
    .refine(
      (url) => !new URL(url).username,
      "Leave user and password out of the address: the signature proves who sends.",
    ),
  name: z.union([z.literal(""), line(80, "a name")]).default(""),
  events: z
    .array(z.enum(webhookEventNames))
    .min(1, "Choose at least one event.")
    .max(webhookEventNames.length)
    .transform((events) => [...new Set(events)]),
});

/** What other programs use: keys, webhooks, sites that show our forms. */
export const integrationRouter = router({
  overview: hostProcedure.query(async ({ ctx }) => ({
    keys: await describeKeys(ctx.services, ctx.user),
    endpoints: await describeEndpoints(ctx.services, ctx.user),
    events: [...webhookEventNames],
    embedOrigins: (await findOrganisation(ctx.services.db, ctx.user.organisationId))?.embedOrigins ?? [],
    publicUrl: ctx.services.config.PUBLIC_URL,
  })),
  createKey: hostProcedure
    .input(
      z.strictObject({
        name: line(80, "a name"),
        scopes: z
          .array(z.enum(apiScopes))
          .min(1, "Choose at least one thing it may do.")
          .max(apiScopes.length),
      }),
    )
    .mutation(({ ctx, input }) => createKey(ctx.services, ctx.user, input)),
  revokeKey: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await revokeKey(ctx.services, ctx.user, input.id);
    return { revoked: true as const };
  }),
  createEndpoint: hostProcedure
    .input(wish)
    .mutation(({ ctx, input }) => createEndpoint(ctx.services, ctx.user, input)),
  changeEndpoint: hostProcedure
    .input(wish.extend({ id: z.uuid(), enabled: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      await changeEndpoint(ctx.services, ctx.user, input);
      return { saved: true as const };
    }),
  removeEndpoint: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await removeEndpoint(ctx.services, ctx.user, input.id);
    return { removed: true as const };
  }),
  revealSecret: hostProcedure
    .input(byId)
    .mutation(async ({ ctx, input }) => ({ secret: await revealSecret(ctx.services, ctx.user, input.id) })),
  rotateSecret: hostProcedure
    .input(byId)
    .mutation(async ({ ctx, input }) => ({ secret: await rotateSecret(ctx.services, ctx.user, input.id) })),
  ping: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `ping:${input.id}`, { limit: 20, windowMs: 60_000 });
    return { deliveryId: await pingEndpoint(ctx.services, ctx.user, input.id) };
  }),
  deliveries: hostProcedure
    .input(
      z.strictObject({
        endpointId: z.uuid(),
        before: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
        failing: z.boolean().default(false),
      }),
    )
    .query(({ ctx, input }) => deliveryLog(ctx.services, ctx.user, input)),
  delivery: hostProcedure
    .input(ofEndpoint)
    .query(({ ctx, input }) => deliveryDetail(ctx.services, ctx.user, input)),
  redeliver: hostProcedure.input(ofEndpoint).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `redeliver:${input.endpointId}`, { limit: 120, windowMs: 60_000 });
    return { deliveryId: await redeliver(ctx.services, ctx.user, input) };
  }),
  setEmbedOrigins: hostProcedure
    .input(z.strictObject({ origins: siteOrigins }))
    .mutation(async ({ ctx, input }) => {
      await saveEmbedOrigins(ctx.services.db, ctx.user.organisationId, input.origins);
      return { origins: input.origins };
    }),
});
