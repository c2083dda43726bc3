import { createHmac, randomUUID } from "node:crypto";
import {
  answerInvitation,
  countSeated,
  findPanelistByToken,
  findWebinar,
  type Panelist,
  type User,
  type Webinar,
} from "@rostrum/db";
import { Lease } from "@rostrum/platform";
import {
  Admission,
  type Delivery,
  type IceServer,
  type NodeHeartbeat,
  ParticipantId,
  type Role,
  type RoomClaims,
  RostrumError,
  WebinarId,
} from "@rostrum/protocol";
import { place, rendezvous } from "@rostrum/rules";
import { deviceOf } from "../device.ts";
import { asksAtJoin, passcodeKey, requirePasscode, requirePasscodeKey } from "../passcode.ts";
import { playlistGrant } from "../programmes.ts";
import { hashSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { accept } from "./hands.ts";
import { type InvitationState, invitationState } from "./invitations.ts";
import { refuseRemoved } from "./presence.ts";
import { leaveRoom } from "./privacy.ts";
import { brandOf } from "./public-page.ts";
import { isReplayOpen } from "./replay-access.ts";

const tokenSeconds = 6 * 3600;
/** How long a seat is kept for somebody who was let in and has not arrived, ms. */
const reservedMs = 15_000;

/** `excludeEdges`: nodes the client found dead, an origin among them. `servedBy`: the edge it has a connection to. */
export type AdmissionWish = {
  prefer?: Delivery;
  excludeEdges: string[];
  servedBy?: string;
  userAgent?: string | null;
  /** That they knew the passcode, where the door asks for it. */
  passcodeKey?: string | undefined;
};
type Person = {
  participantId: string;
  role: Role;
  name: string;
  webinar: Webinar;
  /** An attendee whom the host has called on stage. */
  guest?: true;
  /** Somebody with an invitation to the stage. */
  invited?: Panelist;
};

/** Who holds a personal link, and for what. Throws token.invalid. */
export async function personOf(services: Services, joinToken: string): Promise<Person> {
  const hash = hashSecret(joinToken);
  const registrant = await services.registrants.get(hash);
  if (registrant) {
    const { id, name, webinar } = registrant;
    refuseRemoved(registrant);
    return { participantId: id, role: "attendee", name, webinar };
  }
  const invited = await findPanelistByToken(services.db, hash);
  if (!invited) {
    throw new RostrumError(
      "token.invalid",
      "This link is not valid. Ask for a new one on the registration page.",
    );
  }
  const { panelist, webinar } = invited;
  const role = panelist.role === "co-host" ? "host" : "panelist";
  return { participantId: panelist.id, role, name: panelist.name, webinar, invited: panelist };
}

/** Let in whoever holds a personal link: a registrant to the audience, a panelist to the stage. */
export async function admitByLink(
  services: Services,
  joinToken: string,
  wish: AdmissionWish,
): Promise<Admission> {
  const person = await personOf(services, joinToken);
  // Panelists were invited by name.
  if (person.role === "attendee") requirePasscodeKey(services, person.webinar, wish.passcodeKey);
  if (person.invited) await enter(services, person.invited);
  return admit(services, person, wish);
}

/** What the door keeps of a passcode that is right. Throws permission.denied, rate.limited. */
export async function unlock(
  services: Services,
  { joinToken, passcode }: { joinToken: string; passcode: string },
  address: string,
): Promise<{ key: string }> {
  const { webinar } = await personOf(services, joinToken);
  await requirePasscode(services, webinar, { passcode, address });
  return { key: passcodeKey(services, webinar) };
}

/** Whoever comes has accepted; whoever said no says yes first. */
async function enter(services: Services, { id, acceptedAt, declinedAt }: Panelist): Promise<void> {
  if (declinedAt)
    throw new RostrumError("permission.denied", "You declined this invitation. Accept it first.");
  if (!acceptedAt) await answerInvitation(services.db, id, true);
}

/** Accept or decline an invitation to the stage. Throws token.invalid, conflict when the webinar is over. */
export async function answerByLink(
  services: Services,
  joinToken: string,
  accepts: boolean,
): Promise<{ invitation: InvitationState }> {
  const { invited, webinar } = await personOf(services, joinToken);
  if (!invited) throw new RostrumError("token.invalid", "This link is no invitation to the stage.");
  if (webinar.phase === "ended") throw new RostrumError("webinar.ended", "This webinar is over.");
  await answerInvitation(services.db, invited.id, accepts);
  if (!accepts) await leaveRoom(services, webinar.id, [invited.id]);
  else await services.removed.readmit(webinar.id, [invited.id]);
  return { invitation: accepts ? "accepted" : "declined" };
}

/** What a personal link opens. */
export async function previewLink(services: Services, joinToken: string) {
  const { name, role, webinar, invited } = await personOf(services, joinToken);
  const { title, phase, slug, locale } = webinar;
  const replay = await isReplayOpen(services, webinar);
  const asksPasscode = role === "attendee" && asksAtJoin(webinar);
  const stage = invited && {
    coHost: invited.role === "co-host",
    invitation: invitationState(invited),
    host: (await brandOf(services, webinar)).name,
  };
  return {
    name,
    role,
    title,
    phase,
    slug,
    locale,
    replay,
    asksPasscode,
    startsAt: webinar.startsAt.getTime(),
    stage: stage ?? null,
  };
}

export function admitHost(
  services: Services,
  user: User,
  webinar: Webinar,
  wish: AdmissionWish,
): Promise<Admission> {
  return admit(services, { participantId: user.id, role: "host", name: user.name, webinar }, wish);
}

/**
 * Let an attendee on stage who was invited and says yes: with a seat, above the number of seats if need be, because
 * nobody talks with the delay of the broadcast. Throws permission.denied when nobody invited them.
 */
export async function admitGuest(
  services: Services,
  who: RoomClaims,
  excludeEdges: string[],
): Promise<Admission> {
  const { webinarId, participantId, name } = who;
  const webinar = await findWebinar(services.db, webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  await accept(services, who);
  const admission = await admit(
    services,
    { participantId, role: "attendee", name, webinar, guest: true },
    { prefer: "webrtc", excludeEdges },
  );
  if (admission.delivery !== "webrtc")
    throw new RostrumError(
      "node.unavailable",
      "No server has room for you on stage right now. Trying again.",
    );
  return admission;
}

async function admit(services: Services, person: Person, wish: AdmissionWish): Promise<Admission> {
  const { webinar, role, participantId, guest } = person;
  const prefer = wish.prefer ?? "webrtc";
  const { edges, recent } = await services.edges.look();
  const wantsSeat = role === "attendee" && prefer === "webrtc";
  const seats = guest ? Number.MAX_SAFE_INTEGER : webinar.seats;
  const seated = !wantsSeat || (await takeSeat(services, { id: webinar.id, seats }, participantId));
  const placed = place(edges, {
    webinarId: webinar.id,
    region: services.config.REGION,
    prefer,
    excluded: wish.excludeEdges,
    servedBy: wish.servedBy,
    recent,
    seated,
  });
  if (!placed) {
    services.measures.refused("node.unavailable");
    throw new RostrumError("node.unavailable", "No server can take you right now. Trying again.");
  }
  services.measures.placed(placed.delivery, placed.edge.nodeId);
  const waitsSince =
    wantsSeat && placed.delivery === "hls" ? await wait(services, webinar.id, participantId) : undefined;
  // Hosts and panelists are admitted twice, once for the stage, and come one at a time.
  if (role === "attendee") services.edges.send(placed.edge.nodeId);
  const claims = {
    webinarId: WebinarId.parse(webinar.id),
    participantId: ParticipantId.parse(participantId),
    admissionId: randomUUID() as Admission["admissionId"],
    role,
    delivery: placed.delivery,
    name: person.name,
    ...(waitsSince === undefined ? {} : { waitsSince }),
  };
  if (role === "attendee" && !guest)
    services.devices.note({ ...claims, id: claims.admissionId, ...deviceOf(wish.userAgent ?? null) });
  return Admission.parse({
    ...claims,
    phase: webinar.phase,
    waiting: waitsSince !== undefined,
    reasons: placed.reasons,
    edge: {
      nodeId: placed.edge.nodeId,
      url: socketUrl(placed.edge),
      token: await services.tokens.signRoom({ ...claims, audience: "edge" }, tokenSeconds),
    },
    stage: role === "attendee" && !guest ? null : await stageAccess(services, claims, wish.excludeEdges),
    playlistUrl: (await playlistGrant(services, webinar.id)).url,
    iceServers: iceServers(services, participantId),
    expiresIn: tokenSeconds,
  });
}

/** A seat for somebody who may sit already. While Redis is away the database says how many are taken. */
async function takeSeat(
  services: Services,
  { id, seats }: Pick<Webinar, "id" | "seats">,
  participantId: string,
): Promise<boolean> {
  const countTaken = () => countSeated(services.db, id, [participantId]);
  try {
    return await services.seats.take(id, participantId, { seats, ttlMs: reservedMs, countTaken });
  } catch (error) {
    services.log.warn({ err: error, webinarId: id }, "the seat ledger cannot be read; the database counts");
    return (await countTaken()) < seats;
  }
}

/** Give the seat back that nobody could place, and wait for the next. Answers since when. */
async function wait(services: Services, webinarId: string, participantId: string): Promise<number> {
  const now = Date.now();
  await services.seats.release(webinarId, participantId, 0).catch(() => undefined);
  return services.seats.wait(webinarId, participantId, now).catch(() => now);
}

export const socketUrl = (node: NodeHeartbeat): string => `${node.publicUrl.replace(/^http/, "ws")}/ws`;

type StageClaims = Parameters<Services["tokens"]["signRoom"]>[0];

/** The origin that owns the stage, or the one every web process would choose for it. */
async function stageAccess(
  services: Services,
  claims: Omit<StageClaims, "audience">,
  excluded: readonly string[],
): Promise<Admission["stage"]> {
  const serving = (await services.registry.list("origin").catch(() => [])).filter(
    (origin) => !origin.draining,
  );
  // One that the client just lost may be dead before its heartbeat is: another finds out, and takes the stage if it is.
  const reachable = serving.filter(({ nodeId }) => !excluded.includes(nodeId));
  const origins = reachable.length > 0 ? reachable : serving;
  const holder = await Lease.peek(services.redis, `lease:stage:${claims.webinarId}`).catch(() => undefined);
  const owner = origins.find((origin) => origin.nodeId === holder?.holder);
  const chosen =
    owner?.nodeId ??
    rendezvous(
      claims.webinarId,
      origins.map((origin) => origin.nodeId),
    );
  const origin = origins.find(({ nodeId }) => nodeId === chosen);
  if (!origin)
    throw new RostrumError("node.unavailable", "The stage is not reachable right now. Trying again.");
  return {
    nodeId: origin.nodeId,
    url: socketUrl(origin),
    token: await services.tokens.signRoom({ ...claims, audience: "stage" }, tokenSeconds),
  };
}

/** TURN with credentials that expire with the token (coturn's use-auth-secret). */
export function iceServers(services: Services, participantId: string): IceServer[] {
  const { TURN_URLS, TURN_SECRET } = services.config;
  if (!TURN_URLS || !TURN_SECRET) return [];
  const username = `${Math.floor(Date.now() / 1000) + tokenSeconds}:${participantId}`;
  const credential = createHmac("sha1", TURN_SECRET).update(username).digest("base64");
  return [{ urls: TURN_URLS.split(",").map((url) => url.trim()), username, credential }];
}
