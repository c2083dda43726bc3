import { saveUserLocale } from "@rostrum/db";
import { Locale } from "@rostrum/protocol";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import { email } from "../inputs.ts";
import { permissionsOf } from "../permissions.ts";
import { limitRate } from "../rate-limit.ts";
import { currentUser, endSession } from "../session.ts";
import { publicProcedure, router } from "../trpc.ts";
import { requestSignInLink } from "../use-cases/sign-in.ts";

export const authRouter = router({
  requestLink: publicProcedure
    .input(z.strictObject({ email, next: z.string().max(300).optional() }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `sign-in:${clientAddress(ctx.headers)}`, { limit: 30, windowMs: 60_000 });
      await limitRate(ctx.services, `sign-in:${input.email.toLowerCase()}`, { limit: 5, windowMs: 300_000 });
      await requestSignInLink(ctx.services, input);
      return { sent: true as const };
    }),
  session: publicProcedure.query(async ({ ctx }) => {
    const user = await currentUser(ctx.services, ctx.headers);
    if (!user) return null;
    const { id, email: address, name, role, organisationId } = user;
    return { id, email: address, name, role, organisationId, permissions: permissionsOf(role) };
  }),
  /** What somebody signed in reads studio and console in; nothing for anybody else. */
  chooseLocale: publicProcedure.input(z.strictObject({ locale: Locale })).mutation(async ({ ctx, input }) => {
    const user = await currentUser(ctx.services, ctx.headers);
    if (user) await saveUserLocale(ctx.services.db, user.id, input.locale);
    return { saved: user !== undefined };
  }),
  signOut: publicProcedure.mutation(async ({ ctx }) => {
    ctx.setCookie(await endSession(ctx.services, ctx.headers));
    return { signedOut: true as const };
  }),
});
