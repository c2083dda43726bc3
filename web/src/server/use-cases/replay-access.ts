import {
  findPanelistByToken,
  findRecording,
  findRegistrantByToken,
  findRegistration,
  findReplay,
  type Recording,
  type Replay,
  type Webinar,
} from "@rostrum/db";
import { ParticipantId, type ReplayClaims, RostrumError, WebinarId } from "@rostrum/protocol";
import { type ReplayDoor, replayDoor } from "@rostrum/rules";
import { hashSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { readCookie } from "../session.ts";
import { refuseRemoved } from "./presence.ts";

/** A browser stays known to a replay this long. */
const cookieSeconds = 30 * 24 * 3600;
const passSeconds = 12 * 3600;

export type Published = { replay: Replay; recording: Recording };

export const doorOf = (replay: Replay, now = Date.now()): ReplayDoor =>
  replayDoor(
    {
      publishedAt: replay.publishedAt?.getTime() ?? null,
      availableFrom: replay.availableFrom?.getTime() ?? null,
      availableUntil: replay.availableUntil?.getTime() ?? null,
    },
    now,
  );

/** A webinar's replay while it is published and its recording is there, open or not. */
export async function publishedReplay(services: Services, webinar: Webinar): Promise<Published | undefined> {
  if (webinar.phase !== "ended") return undefined;
  const replay = await findReplay(services.db, webinar.id);
  const recording = replay?.publishedAt ? await findRecording(services.db, webinar.id) : undefined;
  return replay && recording ? { replay, recording } : undefined;
}

/** What everybody may know of a replay. */
export async function replayNotice(services: Services, webinar: Webinar) {
  const published = await publishedReplay(services, webinar);
  const door = published ? doorOf(published.replay) : "closed";
  if (!published || (door !== "open" && door !== "soon")) return null;
  const { access, availableFrom } = published.replay;
  return { door, access, availableFrom: availableFrom?.getTime() ?? null };
}

export const isReplayOpen = async (services: Services, webinar: Webinar): Promise<boolean> =>
  (await replayNotice(services, webinar))?.door === "open";

export type Viewer = ReplayClaims & { name: string };

/** Who holds a personal link. Throws token.invalid. */
export async function viewerByLink(
  services: Services,
  token: string,
): Promise<{ viewer: Viewer; webinar: Webinar }> {
  const hash = hashSecret(token);
  const registrant = await findRegistrantByToken(services.db, hash);
  if (registrant) {
    const { registration, webinar } = registrant;
    refuseRemoved(registration);
    return { viewer: viewerOf(webinar, registration), webinar };
  }
  const invited = await findPanelistByToken(services.db, hash);
  if (!invited)
    throw new RostrumError(
      "token.invalid",
      "This link is not valid. Ask for a new one on the replay's page.",
    );
  return { viewer: viewerOf(invited.webinar, invited.panelist), webinar: invited.webinar };
}

const viewerOf = (webinar: Webinar, person: { id: string; name: string }): Viewer => ({
  webinarId: WebinarId.parse(webinar.id),
  viewerId: ParticipantId.parse(person.id),
  known: true,
  name: person.name,
});

const cookieName = (webinarId: string): string => `rostrum-replay-${webinarId}`;

/** Who this browser has been to this replay, as long as they are still registered. */
export async function viewerByCookie(
  services: Services,
  webinar: Webinar,
  headers: Headers,
): Promise<Viewer | undefined> {
  const token = readCookie(headers.get("cookie"), cookieName(webinar.id));
  const claims = token ? await services.tokens.verifyReplay(token).catch(() => undefined) : undefined;
  if (!claims || claims.webinarId !== webinar.id) return undefined;
  if (!claims.known) return { ...claims, name: "" };
  const registration = await findRegistration(services.db, claims.viewerId);
  if (registration?.status !== "registered" || registration.erasedAt) return undefined;
  refuseRemoved(registration);
  return { ...claims, name: registration.name };
}

/** Makes this browser known to the replay. Its cookie is worth nothing anywhere else. */
export async function replayCookie(services: Services, claims: ReplayClaims): Promise<string> {
  const { webinarId, viewerId, known } = claims;
  const token = await services.tokens.signReplay({ webinarId, viewerId, known }, cookieSeconds);
  const secure = services.config.PUBLIC_URL.startsWith("https:") ? "; Secure" : "";
  return `${cookieName(webinarId)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${secure}`;
}

/** What the player shows when it tells what was watched. */
export const replayPass = (
  services: Services,
  { webinarId, viewerId, known }: ReplayClaims,
): Promise<string> => services.tokens.signReplay({ webinarId, viewerId, known }, passSeconds);
