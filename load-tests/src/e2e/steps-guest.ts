import { protocolVersion } from "@rostrum/protocol";
import { admitAs, callTrpc, RawSocket } from "../wire/api.ts";
import { expectMovingPicture } from "./media.ts";
import { assert, until } from "./runner.ts";
import { known, type Story } from "./story.ts";

const guestName = "Katherine Coleman";

/**
 * C watches the broadcast, raises a hand and is called on stage: a look at oneself, a seat on the page that is open, and
 * everybody sees C; the host takes C off again, and C watches the broadcast as before.
 */
export async function callOnStage(story: Story): Promise<void> {
  const { a, c, host } = story.people;
  await refuseUninvited(story);
  await c.page.evaluate(() => Object.assign(window, { untouched: true }));
  await c.page.getByRole("button", { name: "Raise hand" }).click();
  await c.page.getByText("The hosts see your hand").waitFor();
  await host.page.getByRole("tab", { name: /^Hands/ }).click();
  const row = host.page.getByRole("listitem").filter({ hasText: guestName });
  await row.getByRole("button", { name: "Invite on stage" }).click();

  await c.page.getByRole("heading", { name: "You are invited on stage" }).waitFor();
  await c.page.getByRole("button", { name: "Check camera and microphone" }).click();
  await expectMovingPicture(c.page, 'video[data-source="preview"]');
  await c.page.getByRole("button", { name: "Join the stage" }).click();
  await c.page.locator('main[data-delivery="webrtc"]').waitFor({ timeout: 15_000 });
  await c.page.getByRole("button", { name: "Leave the stage" }).waitFor();
  const { participantId } = await admitAs(story.product.url("web"), known(story.facts.links.c, "C's link"));
  const tile = `video[data-source="camera"][data-participant="${participantId}"]`;
  await expectMovingPicture(a.page, tile);
  await expectMovingPicture(host.page, tile);
  const others = await c.page.locator(`audio[data-participant="${participantId}"]`).count();
  assert(others === 0, "C does not hear themselves");

  const token = await stageToken(story);
  await host.page
    .getByRole("region", { name: "Guests on stage" })
    .getByRole("button", { name: "Take off stage" })
    .click();
  await c.page.locator('main[data-delivery="hls"]').waitFor({ timeout: 15_000 });
  await expectMovingPicture(c.page, 'video[data-player="hls"]', 25_000);
  await until("C has left A's stage", 5000, async () => (await a.page.locator(tile).count()) === 0);
  await c.page.getByRole("button", { name: "Raise hand" }).waitFor();
  assert(await c.page.evaluate(() => "untouched" in window), "C's page was loaded again");
  const error = await stageRefusal(story, token);
  assert(error === "permission.denied", `C's old place on stage must be refused, got ${error}`);
}

/** Who was not called has no way onto the stage, with a hand up or down. */
async function refuseUninvited(story: Story): Promise<void> {
  const web = story.product.url("web");
  const { edge } = await admitAs(web, known(story.facts.links.b, "B's link"));
  for (const procedure of ["hand.accept", "hand.raise", "hand.accept", "hand.lower"]) {
    const answer = await callTrpc(web, procedure, procedure === "hand.accept" ? {} : undefined, edge.token);
    if (procedure === "hand.accept")
      assert(
        answer.error?.code === "permission.denied",
        `came on stage uninvited: ${JSON.stringify(answer)}`,
      );
    else assert(!answer.error, `${procedure}: ${answer.error?.message}`);
  }
}

/** A token for the stage, as C has one while being a guest. */
async function stageToken(story: Story): Promise<string> {
  const web = story.product.url("web");
  const { edge } = await admitAs(web, known(story.facts.links.c, "C's link"));
  const answer = await callTrpc(web, "hand.accept", {}, edge.token);
  const token = (answer.data as { stage?: { token: string } } | undefined)?.stage?.token;
  assert(token, `a guest gets a token again: ${JSON.stringify(answer.error)}`);
  return token;
}

async function stageRefusal(story: Story, token: string): Promise<string | undefined> {
  const socket = await RawSocket.open(`${story.product.url("origin").replace(/^http/, "ws")}/ws`);
  const answer = await socket.request("hello", { version: protocolVersion, token });
  socket.close();
  return answer && "ok" in answer && !answer.ok ? answer.error.code : undefined;
}
