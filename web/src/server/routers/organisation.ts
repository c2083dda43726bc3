import { listOrganisations, renameOrganisation } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { email, line } from "../inputs.ts";
import { limitRate } from "../rate-limit.ts";
import { enterOrganisation } from "../session.ts";
import { hostProcedure, router } from "../trpc.ts";
import { describeMembers, inviteMember, moveMember, withdrawInvitation } from "../use-cases/members.ts";

const role = z.enum(["owner", "host", "moderator", "marketer", "analyst"]);

export const organisationRouter = router({
  /** The organisations one belongs to. */
  mine: hostProcedure.query(({ ctx }) => listOrganisations(ctx.services.db, ctx.user.id)),
  /** Work in another of them, in this browser. */
  enter: hostProcedure
    .input(z.strictObject({ organisationId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      if (!(await enterOrganisation(ctx.services, ctx.headers, input.organisationId)))
        throw new RostrumError("not-found", "There is no such organisation.");
      return { entered: true as const };
    }),
  rename: hostProcedure
    .input(z.strictObject({ name: line(80, "a name") }))
    .mutation(async ({ ctx, input }) => {
      await renameOrganisation(ctx.services.db, ctx.user.organisationId, input.name);
      return { name: input.name };
    }),
  members: hostProcedure.query(({ ctx }) => describeMembers(ctx.services, ctx.user)),
  invite: hostProcedure.input(z.strictObject({ email, role })).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `invite-member:${ctx.user.id}`, { limit: 60, windowMs: 3600_000 });
    await inviteMember(ctx.services, ctx.user, input);
    return { invited: true as const };
  }),
  withdraw: hostProcedure.input(z.strictObject({ id: z.uuid() })).mutation(async ({ ctx, input }) => {
    await withdrawInvitation(ctx.services, ctx.user, input.id);
    return { withdrawn: true as const };
  }),
  setRole: hostProcedure
    .input(z.strictObject({ userId: z.uuid(), role }))
    .mutation(async ({ ctx, input }) => {
      await moveMember(ctx.services, ctx.user, input);
      return { role: input.role };
    }),
  remove: hostProcedure.input(z.strictObject({ userId: z.uuid() })).mutation(async ({ ctx, input }) => {
    await moveMember(ctx.services, ctx.user, { userId: input.userId, role: undefined });
    return { removed: true as const };
  }),
});
