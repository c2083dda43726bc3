import { randomUUID } from "node:crypto";
import { findWebinarBySlug, saveConnectionCheck } from "@rostrum/db";
import { type AdmissionId, ParticipantId, RostrumError, WebinarId } from "@rostrum/protocol";
import { judgeConnection, type Measured, place } from "@rostrum/rules";
import type { Services } from "../services.ts";
import { iceServers, personOf, socketUrl } from "./admission.ts";
import { brandOf } from "./public-page.ts";

/** A test is over in half a minute; the token opens nothing else. */
const tokenSeconds = 300;

/** With a personal link it is somebody's test; with a page's slug it is nobody's, and nothing is kept. */
export type CheckedBy = { token: string } | { slug: string };

async function whoTests(services: Services, by: CheckedBy) {
  if ("token" in by) return personOf(services, by.token);
  const webinar = await findWebinarBySlug(services.db, by.slug);
  if (!webinar || webinar.phase === "draft") throw new RostrumError("not-found", "There is no such webinar.");
  return { participantId: randomUUID(), role: "visitor" as const, name: "Visitor", webinar };
}

/** Where to test: the edge that would take them now, with the same relay. Nothing is reserved and nobody is in the room. */
export async function beginCheck(services: Services, by: CheckedBy) {
  const person = await whoTests(services, by);
  const { webinar } = person;
  const { edges, recent } = await services.edges.look();
  const placed = place(edges, {
    webinarId: webinar.id,
    region: services.config.REGION,
    prefer: "webrtc",
    excluded: [],
    recent,
    seated: true,
  });
  if (!placed)
    throw new RostrumError("node.unavailable", "No server can test with you right now. Try again later.");
  const participantId = ParticipantId.parse(person.participantId);
  const check = await services.tokens.signRoom(
    {
      audience: "check",
      webinarId: WebinarId.parse(webinar.id),
      participantId,
      admissionId: randomUUID() as AdmissionId,
      role: "attendee",
      delivery: "webrtc",
      name: person.name,
    },
    tokenSeconds,
  );
  return {
    url: socketUrl(placed.edge).replace(/\/ws$/, "/check"),
    token: check,
    iceServers: iceServers(services, participantId),
  };
}

/** What the page says around the test. */
export async function describeCheck(services: Services, by: CheckedBy) {
  const { webinar } = await whoTests(services, by);
  const { title, startsAt, locale } = webinar;
  return { title, startsAt: startsAt.getTime(), locale, brand: await brandOf(services, webinar) };
}

/** Keep what was found, judged here: the page only measures. Only registrants' tests are kept. */
export async function reportCheck(services: Services, by: CheckedBy, measured: Measured) {
  const { role, participantId } = await whoTests(services, by);
  const judged = judgeConnection(measured);
  if (role === "attendee")
    await saveConnectionCheck(services.db, { registrationId: participantId, ...judged, measured });
  return judged;
}
