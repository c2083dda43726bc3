import type { Page } from "playwright-core";
import { newPerson } from "./browser.ts";
import { assert, until } from "./runner.ts";
import { addressOf, type Story } from "./story.ts";

/**
 * Somebody types before the scripts are there and sends in the first moment in which React hears of it: after the task
 * that took the page over, and before the next, in which effects may run. What they typed is sent.
 */
export async function sendAtOnce(story: Story): Promise<void> {
  const { page, context } = await newPerson(story.browser, "in a hurry", { width: 390, height: 844 });
  try {
    const email = addressOf(story, "hurried");
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("auth.requestLink")) asked.push(request.postData() ?? "");
    });
    await sendWhenHeard(page, email);
    await page.goto(`${story.product.url("web")}/sign-in`);
    await until("the form is sent", 10_000, async () => asked.length > 0);
    assert(asked[0]?.includes(email), `what was typed is not in what was sent: ${asked[0]}`);
    await page.getByText(email).waitFor();
  } finally {
    await context.close();
  }
}

/** React's scheduler takes its turns by a message port: after each turn the page is looked at. */
const sendWhenHeard = (page: Page, email: string): Promise<unknown> =>
  page.addInitScript((typed) => {
    const type = () => {
      const field = document.querySelector<HTMLInputElement>('input[name="email"]');
      if (field?.value === "") field.value = typed;
      return field;
    };
    const typing = setInterval(() => type() && clearInterval(typing), 0);
    let sent = false;
    const turnEnds = () => {
      const form = type()?.form;
      if (sent || !form || !Object.keys(form).some((key) => key.startsWith("__reactProps"))) return;
      sent = true;
      form.requestSubmit();
    };
    const onMessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
    Object.defineProperty(MessagePort.prototype, "onmessage", {
      ...onMessage,
      set(this: MessagePort, hear: (event: MessageEvent) => void) {
        onMessage?.set?.call(this, (event: MessageEvent) => {
          hear.call(this, event);
          turnEnds();
        });
      },
    });
  }, email);
