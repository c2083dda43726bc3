import { z } from "zod";
import { DeliveredFile } from "../deliveries/files.ts";
import { line, webinarId } from "../inputs.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import {
  changeSchedule,
  createSchedule,
  deliverNow,
  describeSchedules,
  removeSchedule,
  runLog,
  testSchedule,
} from "../use-cases/export-schedules.ts";

const byId = z.strictObject({ id: z.uuid() });
const bucket = z.strictObject({
  endpoint: z.union([
    z.literal(""),
    z
      .string()
      .trim()
      .max(500)
      .pipe(z.url({ protocol: /^https?$/, message: "Enter an address that begins with https://" })),
  ]),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{1,40}$/, "Enter a region, like eu-central-1."),
  bucket: z
    .string()
    .trim()
    .regex(/^[a-zA-Z0-9][\w.-]{1,62}$/, "Enter the name of a bucket."),
  prefix: z
    .string()
    .trim()
    .max(200)
    .regex(/^[\w!.*'()/-]*$/, "Use letters, digits, - and / only.")
    .refine((prefix) => !prefix.startsWith("/"), "Begin without a slash."),
  accessKeyId: line(128, "the access key"),
  secretKey: z.string().trim().max(256),
});
const fields = z.strictObject({
  name: line(80, "a name"),
  webinarId: webinarId.nullable(),
  endpointId: z.uuid().nullable(),
  bucket: bucket.nullable(),
  files: z.array(DeliveredFile).min(1, "Choose at least one export.").max(30),
  hoursAfterEnd: z.number().int().min(0).max(720, "At most 30 days.").nullable(),
  dailyMinute: z.number().int().min(0).max(1439).nullable(),
});
type Fields = z.infer<typeof fields>;
const oneTarget = ({ endpointId, bucket: place }: Pick<Fields, "endpointId" | "bucket">) =>
  (endpointId === null) !== (place === null);
const target = { message: "Choose a webhook endpoint, or a bucket.", path: ["endpointId"] };
const wish = fields.refine(oneTarget, target);
const change = fields.extend({ id: z.uuid(), enabled: z.boolean() }).refine(oneTarget, target);

/** Exports that are brought: to a bucket, or as links to a webhook. */
export const exportDeliveryRouter = router({
  list: hostProcedure.query(({ ctx }) => describeSchedules(ctx.services, ctx.user)),
  create: hostProcedure
    .input(wish)
    .mutation(({ ctx, input }) => createSchedule(ctx.services, ctx.user, input)),
  change: hostProcedure.input(change).mutation(async ({ ctx, input }) => {
    await changeSchedule(ctx.services, ctx.user, input);
    return { saved: true as const };
  }),
  remove: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await removeSchedule(ctx.services, ctx.user, input.id);
    return { removed: true as const };
  }),
  test: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `export-test:${ctx.user.organisationId}`, { limit: 20, windowMs: 60_000 });
    return testSchedule(ctx.services, ctx.user, input.id);
  }),
  deliverNow: hostProcedure
    .input(z.strictObject({ id: z.uuid(), webinarId }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `export-now:${ctx.user.organisationId}`, { limit: 20, windowMs: 60_000 });
      return deliverNow(ctx.services, ctx.user, input);
    }),
  runs: hostProcedure.input(byId).query(({ ctx, input }) => runLog(ctx.services, ctx.user, input.id)),
});
