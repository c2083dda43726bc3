/**
 * Registers people over the public API, lets them in by the link in their mail, and votes. Each virtual user is one
 * person from the registration page to the ballot. `./rostrum load` gives the addresses; the host's mailed link signs
 * in once, opens a poll, and the people find it in the room's snapshot.
 */
import { check, fail, sleep } from "k6";
import http, { type RefinedResponse, type ResponseType } from "k6/http";
import { Counter, Trend } from "k6/metrics";
import { WebSocket } from "k6/websockets";
import { register } from "./form.ts";

const web = __ENV.BASE_URL || "http://localhost:4400";
const inbox = __ENV.INBOX_URL || "http://127.0.0.1:4403";
const registerUrl =
  __ENV.REGISTER_URL || fail("REGISTER_URL is not set: the address of the registration page");
const slug = registerUrl.split("/").pop() ?? "";

const registered = new Counter("rostrum_registrations");
const voted = new Counter("rostrum_votes");
const mailDelay = new Trend("rostrum_mail_delay", true);

export const options = {
  scenarios: {
    people: {
      executor: "per-vu-iterations",
      vus: Number(__ENV.PEOPLE || 50),
      iterations: 1,
      maxDuration: "3m",
    },
  },
  thresholds: {
    "http_req_failed{kind:register}": ["rate==0"],
    "http_req_duration{kind:register}": ["p(95)<1000"],
    "http_req_duration{kind:vote}": ["p(95)<1000"],
    checks: ["rate==1"],
  },
};

type Answer = RefinedResponse<ResponseType | undefined>;

function call(procedure: string, input: unknown, kind: string, admission = ""): Answer {
  return http.post(`${web}/api/trpc/${procedure}`, JSON.stringify({ json: input }), {
    headers: { "content-type": "application/json", "x-rostrum-admission": admission },
    tags: { kind },
  });
}

const resultOf = (answer: Answer) => answer.json("result.data.json") as Record<string, never>;

/** The personal link out of the confirmation mail. */
function joinToken(email: string): string {
  const asked = Date.now();
  for (let attempt = 0; attempt < 60; attempt++) {
    const list = http
      .get(`${inbox}/api/messages?to=${encodeURIComponent(email)}`, { tags: { kind: "inbox" } })
      .json() as { id: string }[];
    if (list[0]) {
      mailDelay.add(Date.now() - asked);
      const mail = http.get(`${inbox}/api/messages/${list[0].id}`, { tags: { kind: "inbox" } }).json() as {
        links: string[];
      };
      const link = mail.links.find((candidate) => candidate.includes("/j/"));
      if (link) return link.split("/").pop() ?? "";
    }
    sleep(0.5);
  }
  return fail(`no mail for ${email}`);
}

type Poll = { id: string; status: string; options: { id: string }[] };

/** Enter the room, find the open poll, vote once, and see a second vote refused. */
function vote(edge: { url: string; token: string }): void {
  const socket = new WebSocket(edge.url);
  socket.onopen = () =>
    socket.send(JSON.stringify({ id: 1, method: "hello", data: { version: 1, token: edge.token } }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data)) as { id?: number; data?: { snapshot?: { polls: Poll[] } } };
    const poll = frame.data?.snapshot?.polls.find(({ status }) => status === "open");
    if (frame.id !== 1) return;
    socket.close();
    if (!check(poll, { "a poll is open": (found) => found !== undefined }) || !poll) return;
    const option = poll.options[__VU % poll.options.length]?.id;
    const first = call("poll.vote", { pollId: poll.id, optionId: option, retry: true }, "vote", edge.token);
    if (check(first, { "the vote is counted": ({ status }) => status === 200 })) voted.add(1);
    const second = call(
      "poll.vote",
      { pollId: poll.id, optionId: option, retry: false },
      "second-vote",
      edge.token,
    );
    check(second, { "a second vote is refused": ({ status }) => status === 409 });
  };
}

/** As the host: sign in by the link of the demo and open a poll. */
export function setup(): void {
  const token =
    (__ENV.HOST_URL || fail("HOST_URL is not set: the host's sign-in link")).split("/").pop() ?? "";
  http.post(`${web}/api/auth/consume`, { token }, { redirects: 0, headers: { origin: web } });
  const made = call(
    "poll.create",
    {
      webinarId: __ENV.WEBINAR_ID,
      question: "How did you hear of us?",
      options: ["A friend", "Search", "A conference"],
    },
    "host",
  );
  const pollId = (resultOf(made) as unknown as { id: string }).id;
  if (call("poll.open", { pollId }, "host").status !== 200) fail("the host could not open a poll");
}

export default function person(): void {
  const email = `k6-${Date.now()}-${__VU}@example.test`;
  const submitted = register(web, { slug, name: `Person ${__VU}`, email } as { slug: string }, {
    headers: { "content-type": "application/json" },
    tags: { kind: "register" },
  });
  if (!check(submitted, { registered: ({ status }) => status === 200 })) return;
  registered.add(1);
  const admitted = call("attendance.admit", { joinToken: joinToken(email), prefer: "hls" }, "admit");
  if (!check(admitted, { admitted: ({ status }) => status === 200 })) return;
  vote((resultOf(admitted) as unknown as { edge: { url: string; token: string } }).edge);
}
