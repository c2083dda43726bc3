import { z } from "zod";
import { WebinarId } from "../ids.ts";
import { LayoutName } from "../stage.ts";

/** Layouts that a recording can be made in once more. */
export const RenderLayout = LayoutName.exclude(["slate"]);
export type RenderLayout = z.infer<typeof RenderLayout>;

/** Below a webinar's recordings. */
export const renderFile = (layout: RenderLayout): string => `render-${layout}.mp4`;

/** Why one that is wanted is not being made now. */
export const RenderWait = z.enum(["cores", "queue", "unfinished"]);
export type RenderWait = z.infer<typeof RenderWait>;

/** How one stands at the node that has it. `id`: of the wish; a wish that was made again has another. */
export const RenderNews = z.discriminatedUnion("state", [
  z.object({ id: z.uuid(), state: z.literal("waiting"), reason: RenderWait }),
  z.object({ id: z.uuid(), state: z.literal("making"), progress: z.number().min(0).max(1) }),
  z.object({
    id: z.uuid(),
    state: z.literal("ready"),
    durationMs: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
  }),
  z.object({ id: z.uuid(), state: z.literal("failed"), message: z.string().max(300) }),
  /** Its file and the copy of it are deleted. */
  z.object({ id: z.uuid(), state: z.literal("gone") }),
]);
export type RenderNews = z.infer<typeof RenderNews>;

/** egress -> web, `POST /api/internal/renders`, every few seconds: how those stand that it has. Safe to tell again. */
export const RendersTold = z.strictObject({ news: z.array(RenderNews).max(500) });
export type RendersTold = z.infer<typeof RendersTold>;

/** A recording that is to be made in another layout, or whose file is to go. */
export const WantedRender = z.object({
  id: z.uuid(),
  webinarId: WebinarId,
  layout: RenderLayout,
  desired: z.enum(["made", "gone"]),
  title: z.string(),
  /** As in `ProgrammeJob`. */
  slates: z.object({ soon: z.string().max(60), back: z.string().max(60) }).optional(),
});
export type WantedRender = z.infer<typeof WantedRender>;

/** The answer: everything that is wanted, of webinars whose files the node may hold or not. What is ready is not in it. */
export const RendersWanted = z.object({ wanted: z.array(WantedRender) });
export type RendersWanted = z.infer<typeof RendersWanted>;
