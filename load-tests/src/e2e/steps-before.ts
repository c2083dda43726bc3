import { linkIn } from "./mail.ts";
import { assert, until } from "./runner.ts";
import { sendAtOnce } from "./steps-early.ts";
import { addressOf, known, type Story } from "./story.ts";

/** Sign in, schedule, invite, register: everything before the room. */
export async function prepare(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step("a form sent in the moment it is ready has what was typed before", 20_000, () =>
    sendAtOnce(story),
  );
  await runner.step("host signs in by the mailed link", 40_000, () => signIn(story));
  await runner.step("host schedules a webinar for now", 30_000, () => schedule(story));
  await runner.step("panelist is invited by mail", 20_000, () => invite(story));
  for (const who of ["a", "b", "c"] as const) {
    await runner.step(
      `attendee ${who.toUpperCase()} registers and gets a mail with calendar entry`,
      40_000,
      () => register(story, who),
    );
  }
  await runner.step("attendee A tests the connection, and the host sees it", 40_000, () =>
    testConnection(story),
  );
  await runner.step("an address that registers twice is told so and stays one row", 30_000, () =>
    registerTwice(story),
  );
}

async function signIn({ product, people, inbox, ...story }: Story): Promise<void> {
  const { page } = people.host;
  const email = addressOf({ product, people, inbox, ...story }, "host");
  await page.goto(`${product.url("web")}/sign-in?next=/console`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  const mail = await inbox.waitFor(email, /sign in/i);
  await page.goto(linkIn(mail, "/auth/"));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Your webinars" }).waitFor();
  const cookie = (await people.host.context.cookies()).find(({ name }) => name.endsWith("rostrum"));
  assert(
    cookie?.httpOnly && cookie.sameSite === "Lax",
    "the session cookie must be HttpOnly and SameSite=Lax",
  );
  const used = await people.host.context.newPage();
  await used.goto(linkIn(mail, "/auth/"));
  await used.getByRole("button", { name: "Continue" }).click();
  await used.getByText("has been used").waitFor();
  await used.close();
}

async function schedule({ people, rtmp, facts }: Story): Promise<void> {
  const { page } = people.host;
  await page.getByRole("link", { name: "Schedule a webinar" }).click();
  await page.getByLabel("Title").fill("The story of a webinar");
  const now = new Date();
  await page.getByLabel("Time zone").selectOption("UTC");
  await page.getByLabel("Date").fill(now.toISOString().slice(0, 10));
  await page.getByLabel("Time", { exact: true }).fill(now.toISOString().slice(11, 16));
  await page.getByLabel("Duration (minutes)").fill("30");
  await page.getByText("More options").click();
  // A and B take both seats.
  await page.getByLabel("Interactive seats").fill("2");
  await page.getByLabel("RTMP destination").fill(rtmp.url);
  await page.getByRole("button", { name: "Schedule", exact: true }).click();
  await page.getByRole("heading", { name: "The story of a webinar" }).waitFor();
  facts.registrationUrl = await page.getByLabel("Registration link").inputValue();
  facts.webinarId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  assert(facts.webinarId.length === 36, "the webinar page has the webinar's id");
}

async function invite(story: Story): Promise<void> {
  const { page } = story.people.host;
  await page.getByLabel("Panelist name").fill("Hedy Kiesler");
  await page.getByLabel("Panelist e-mail").fill(addressOf(story, "panelist"));
  await page.getByRole("button", { name: "Send invitation" }).click();
  await page.getByText("The invitation is on its way").waitFor();
  story.facts.links.panelist = linkIn(
    await story.inbox.waitFor(addressOf(story, "panelist"), /stage/i),
    "/p/",
  );
}

const names = { a: "Ada Byron", b: "Grace Murray", c: "Katherine Coleman" } as const;

async function register(story: Story, who: keyof typeof names): Promise<void> {
  const { page } = story.people[who];
  await page.goto(`${known(story.facts.registrationUrl, "the registration link")}?utm_source=story`);
  await page.getByLabel("Name").fill(names[who]);
  await page.getByLabel("E-mail").fill(addressOf(story, who));
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: "You are registered" }).waitFor();
  const mail = await story.inbox.waitFor(addressOf(story, who), /registered/i);
  const calendar = mail.attachments.find(({ contentType }) => contentType.startsWith("text/calendar"));
  assert(calendar, "the mail has a calendar entry");
  const ics = calendar.text.replace(/\r?\n[ \t]/g, "");
  for (const line of [
    /^METHOD:REQUEST/m,
    /^UID:\S+@rostrum/m,
    /^DTSTART:\d{8}T\d{6}Z/m,
    /^SEQUENCE:0/m,
    /^SUMMARY:The story of a webinar/m,
  ]) {
    assert(line.test(ics), `the calendar entry has ${line}`);
  }
  assert(
    /method=REQUEST/i.test(calendar.contentType),
    `the MIME method equals the calendar's (${calendar.contentType})`,
  );
  story.facts.links[who] = linkIn(mail, "/j/");
}

/** Every way to an edge with real ICE, from the link in the mail. */
async function testConnection(story: Story): Promise<void> {
  const page = await story.people.a.context.newPage();
  const mail = await story.inbox.waitFor(addressOf(story, "a"), /registered/i);
  await page.goto(linkIn(mail, "/check/"));
  await page.getByRole("button", { name: "Start the test" }).click();
  const verdict = page.locator("[data-verdict]");
  await verdict.waitFor({ timeout: 30_000 });
  for (const way of ["socket", "udp", "tcp"])
    assert(
      (await page.locator(`[data-way=${way}]`).getAttribute("data-state")) === "true",
      `the way ${way} opens`,
    );
  assert((await verdict.getAttribute("data-verdict")) !== "bad", "the connection is no bad one");
  await page.close();
  const { page: host } = story.people.host;
  await host.reload();
  await host.getByText("1 of 3").waitFor();
}

async function registerTwice(story: Story): Promise<void> {
  const page = await story.people.a.context.newPage();
  await page.goto(known(story.facts.registrationUrl, "the registration link"));
  await page.getByLabel("Name").fill("Ada Again");
  await page.getByLabel("E-mail").fill(addressOf(story, "A").toUpperCase());
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByText("already registered").waitFor();
  await page.close();
  await story.inbox
    .waitFor(addressOf(story, "a"), /registered/i, 2)
    .catch(async () => story.inbox.waitFor(addressOf(story, "A").toUpperCase(), /registered/i));
  const { page: host } = story.people.host;
  await host.reload();
  await until(
    "three rows",
    10_000,
    async () => (await host.getByRole("table").locator("tbody tr").count()) === 3,
  );
}
