import {
  findRecording,
  listRenders,
  listTracks,
  listWantedRenders,
  noteRender,
  type Render,
  recordAudit,
  removeRender,
  type User,
  type Webinar,
  wantRender,
} from "@rostrum/db";
import {
  type RenderLayout,
  type RendersTold,
  RendersWanted,
  RenderWait,
  RostrumError,
  renderFile,
} from "@rostrum/protocol";
import { textsFor } from "../../texts/index.ts";
import type { Services } from "../services.ts";

type Order = { user: User; webinar: Webinar };

/** Why it is not being made yet, for its host. `node`: no server has said that it has the tracks. */
const whyItWaits = ({ state, reason }: Render): RenderWait | "node" | null => {
  if (state === "wanted") return "node";
  return state === "waiting" ? (RenderWait.safeParse(reason).data ?? "queue") : null;
};

/** The recording's other layouts, as its host sees them. `recording`: its address. */
export async function describeRenders(services: Services, webinarId: string, recording: string | null) {
  const found = await listRenders(services.db, webinarId);
  return found.map((render) => {
    const { layout, state, reason, progress, durationMs, bytes } = render;
    const ready = state === "ready" && recording !== null && durationMs !== null && bytes !== null;
    return {
      layout,
      state: state === "wanted" ? ("waiting" as const) : state,
      waitsFor: whyItWaits(render),
      fault: state === "failed" ? reason : null,
      progress,
      file: ready ? { url: recording.replace(/[^/]+$/, renderFile(layout)), durationMs, bytes } : null,
    };
  });
}

/** Have the recording made in another layout. Asking again changes nothing. Throws conflict where there is nothing to make it from. */
export async function askForRender(
  services: Services,
  { user, webinar }: Order,
  layout: RenderLayout,
): Promise<void> {
  if (!(await findRecording(services.db, webinar.id)))
    throw new RostrumError("conflict", "There is no recording yet.");
  if ((await listTracks(services.db, webinar.id)).length === 0)
    throw new RostrumError("conflict", "There are no separate tracks to make it from.");
  if (await wantRender(services.db, webinar.id, layout))
    await audit(services, { user, webinar }, { action: "render.asked", layout });
}

/** Cancel it, or delete its file. */
export async function dropRender(
  services: Services,
  { user, webinar }: Order,
  layout: RenderLayout,
): Promise<void> {
  if (await removeRender(services.db, webinar.id, layout))
    await audit(services, { user, webinar }, { action: "render.removed", layout });
}

const audit = (
  services: Services,
  { user, webinar }: Order,
  { action, layout }: { action: string; layout: RenderLayout },
): Promise<void> =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action,
    subject: webinar.id,
    details: { layout },
  });

/** Take in how a node's stand, and answer what it is to make and to delete. */
export async function exchangeRenders(
  services: Services,
  nodeId: string,
  { news }: RendersTold,
): Promise<RendersWanted> {
  const asked = { nodeId, now: new Date() };
  for (const one of news) await noteRender(services.db, one, asked);
  const wanted = await listWantedRenders(services.db, asked);
  return RendersWanted.parse({
    wanted: wanted.map(({ state, locale, ...one }) => ({
      ...one,
      desired: state === "deleting" ? "gone" : "made",
      slates: textsFor(locale).room.slates,
    })),
  });
}
