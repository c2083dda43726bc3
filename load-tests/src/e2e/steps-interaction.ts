import type { Page } from "playwright-core";
import { admitAs, callTrpc, snapshotOf } from "../wire/api.ts";
import { assert } from "./runner.ts";
import { known, type Story } from "./story.ts";

const question = "Does the picture go on when an edge dies?";

/** Q&A, poll, hand: each seen by everyone it is for. */
export async function interact(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step("A asks, B upvotes, host marks it answered, all three see it", 40_000, () =>
    askAndAnswer(story),
  );
  await runner.step("host launches a poll; A, B and C vote once and see the tally", 60_000, () =>
    poll(story),
  );
  await runner.step("a second vote is refused", 15_000, () => voteTwice(story));
  await runner.step("A raises a hand, host sees it, A lowers it", 20_000, () => raiseHand(story));
}

async function askAndAnswer({ people }: Story): Promise<void> {
  const { a, b, c, host } = people;
  await a.page.getByRole("textbox", { name: "Ask a question" }).fill(question);
  await a.page.getByRole("button", { name: "Ask", exact: true }).click();
  const seenBy = (page: Page) => page.getByRole("article").filter({ hasText: question });
  await seenBy(b.page).getByRole("button", { name: "Upvote" }).click();
  for (const { page } of [a, b, c])
    await seenBy(page)
      .getByRole("button", { name: /Upvote\s*1/ })
      .waitFor();
  await seenBy(host.page).getByText("1 upvote", { exact: true }).waitFor();
  await seenBy(host.page).getByRole("button", { name: "Mark answered" }).click();
  for (const { page } of [a, b, c]) await seenBy(page).getByText("Answered").waitFor();
}

async function poll({ people }: Story): Promise<void> {
  const { page } = people.host;
  await page.getByRole("tab", { name: "Polls" }).click();
  await page.getByRole("textbox", { name: "Poll question" }).fill("Tea or coffee?");
  await page.getByRole("textbox", { name: "Option 1" }).fill("Tea");
  await page.getByRole("textbox", { name: "Option 2" }).fill("Coffee");
  await page.getByRole("button", { name: "Launch poll" }).click();
  for (const [who, choice] of [
    ["a", "Tea"],
    ["b", "Coffee"],
    ["c", "Tea"],
  ] as const) {
    const voter = people[who].page;
    await voter.getByRole("tab", { name: /^Poll/ }).click();
    await voter.getByRole("radio", { name: choice }).check();
    await voter.getByRole("button", { name: "Vote" }).click();
    await voter.getByText("Your vote is counted").waitFor();
  }
  for (const who of ["a", "b", "c", "host"] as const) await people[who].page.getByText("3 votes").waitFor();
  assert(await people.a.page.getByText("2 · 67 %").isVisible(), "Tea has two votes of three");
}

/** The same person again, from outside the page: refused, whatever the interface hides. */
async function voteTwice(story: Story): Promise<void> {
  const web = story.product.url("web");
  const admission = await admitAs(web, known(story.facts.links.a, "A's link"));
  const snapshot = await story.people.a.page.evaluate(
    () => document.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden]) article')?.textContent ?? "",
  );
  assert(snapshot.includes("Tea or coffee?"), "A sees the poll");
  const polls = await openPolls(admission.edge.url, admission.edge.token);
  const target = polls[0];
  assert(target, "there is an open poll");
  const answer = await callTrpc(
    web,
    "poll.vote",
    { pollId: target.id, optionId: target.options[1]?.id, retry: false },
    admission.edge.token,
  );
  assert(
    answer.error?.code === "poll.already-voted",
    `a second vote must be refused, got ${JSON.stringify(answer)}`,
  );
  await story.people.a.page.getByText("3 votes").waitFor();
}

async function openPolls(url: string, token: string): Promise<{ id: string; options: { id: string }[] }[]> {
  const { polls } = await snapshotOf(url, token);
  return polls.filter((candidate) => candidate.status === "open");
}

async function raiseHand({ people }: Story): Promise<void> {
  await people.a.page.getByRole("button", { name: "Raise hand" }).click();
  await people.host.page.getByRole("tab", { name: /^Hands/ }).click();
  await people.host.page.getByRole("listitem").filter({ hasText: "Ada Byron" }).waitFor();
  await people.a.page.getByRole("button", { name: "Lower hand" }).click();
  await people.host.page.getByText("No hands are raised").waitFor();
}
