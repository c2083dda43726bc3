/**
 * Seeds the demo: an organisation, a host, a webinar with registrants and panelists. Idempotent. Prints one JSON line
 * with fresh personal links. `--live`: the webinar is on air when this returns. `--fresh`: a new demo webinar.
 */
import {
  addJoinToken,
  findOrCreateUser,
  insertRegistration,
  insertWebinar,
  listRegistrations,
  listWebinars,
  type Webinar,
} from "@rostrum/db";
import { webConfig } from "../config.ts";
import { newSecret } from "../server/secrets.ts";
import { createServices, type Services } from "../server/services.ts";
import { invitePanelist } from "../server/use-cases/invitations.ts";
import { mintMagicLink } from "../server/use-cases/sign-in.ts";
import { changePhase } from "../server/use-cases/webinars.ts";

const demoTitle = "Rostrum in ten minutes";
const registrants = [
  { name: "Ada Byron", email: "ada@example.test" },
  { name: "Grace Murray", email: "grace@example.test" },
  { name: "Katherine Coleman", email: "katherine@example.test" },
];
const panelists = [
  { name: "Hedy Kiesler", email: "hedy@example.test" },
  { name: "Alan Mathison", email: "alan@example.test" },
];

async function demoWebinar(services: Services, fresh: boolean): Promise<Webinar> {
  const user = await findOrCreateUser(services.db, "host@example.test");
  const known = (await listWebinars(services.db, user.organisationId)).find(
    ({ title, phase }) => title === demoTitle && phase !== "ended",
  );
  if (known && !fresh) return known;
  return insertWebinar(services.db, {
    organisationId: user.organisationId,
    hostId: user.id,
    slug: `rostrum-in-ten-minutes-${newSecret()
      .token.slice(0, 6)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "0")}`,
    title: demoTitle,
    description:
      "A live tour: the stage, the audience on two tiers, questions, a poll and what you can export afterwards.",
    startsAt: new Date(Math.ceil(Date.now() / 900_000) * 900_000),
    durationMinutes: 30,
    timeZone: "Europe/Berlin",
  });
}

async function personalLink(services: Services, webinar: Webinar, index: number): Promise<string> {
  const rows = await listRegistrations(services.db, { webinarId: webinar.id, limit: 100 });
  const { token, hash } = newSecret();
  const person = rows[index % Math.max(1, rows.length)];
  if (!person) throw new Error("the demo has no registrants");
  await addJoinToken(services.db, person.id, hash);
  return token;
}

async function seed(services: Services): Promise<Record<string, unknown>> {
  const { PUBLIC_URL } = services.config;
  const webinar = await demoWebinar(services, process.argv.includes("--fresh"));
  for (const person of registrants) {
    const { token, hash } = newSecret();
    await insertRegistration(
      services.db,
      { webinarId: webinar.id, ...person, answers: {}, utm: { utm_source: "demo" } },
      { tokenHash: hash, payload: { link: `${PUBLIC_URL}/j/${token}` } },
    );
  }
  const panelistLinks: string[] = [];
  for (const guest of panelists) panelistLinks.push((await invitePanelist(services, webinar, guest)).link);
  if (process.argv.includes("--live")) await changePhase(services, webinar, "go-live");
  return {
    webinarId: webinar.id,
    hostUrl: await mintMagicLink(services, "host@example.test", `/studio/${webinar.id}`),
    registerUrl: `${PUBLIC_URL}/w/${webinar.slug}`,
    attendeeUrl: `${PUBLIC_URL}/j/${await personalLink(services, webinar, 0)}`,
    watchUrl: `${PUBLIC_URL}/watch/${await personalLink(services, webinar, 1)}`,
    panelistLinks,
  };
}

const services = createServices({ ...webConfig(), LOG_LEVEL: "error" }, "seed");
try {
  process.stdout.write(`${JSON.stringify(await seed(services))}\n`);
} finally {
  await services.scope.close("done");
}
