import { expect, it } from "vitest";
import { isHardBounce, readReport } from "./bounce.ts";

it("takes an address for wrong only when the server says so of the address", () => {
  for (const [status, code, hard] of [
    ["5.1.1", 550, true],
    ["5.1.10", 550, true],
    ["5.2.1", 550, true],
    ["5.2.2", 552, false],
    ["5.7.1", 550, false],
    ["4.1.1", 450, false],
    [undefined, 550, true],
    [undefined, 551, true],
    [undefined, 552, false],
    [undefined, 421, false],
    [undefined, undefined, false],
  ] as const)
    expect(isHardBounce({ status, code }), `${status} ${code}`).toBe(hard);
});

const id = "0190b7a2-1111-4222-8333-444455556666";
const report = (action: string, status: string, { to = "bounces@example.com", headers = true } = {}) =>
  [
    "From: MAILER-DAEMON@mx.example.net",
    `To: <${to}>`,
    "Subject: Undelivered Mail Returned to Sender",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "I am sorry.",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.net",
    "",
    "Final-Recipient: rfc822; ada@example.net",
    `Action: ${action}`,
    `Status: ${status}`,
    "Diagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: Recipient address rejected:",
    "    User unknown in virtual mailbox table",
    "",
    "--b",
    ...(headers
      ? ["Content-Type: text/rfc822-headers", "", `Message-ID: <${id}@web.example.com>`, "Subject: Hello"]
      : ["Content-Type: text/plain", "", "-"]),
    "",
    "--b--",
    "",
  ].join("\r\n");

it("reads which mail came back and why, by its Message-ID or the address it came back to", async () => {
  expect(await readReport(report("failed", "5.1.1"))).toEqual({
    mailId: id,
    outcome: "bounced",
    hard: true,
    reason: expect.stringMatching(/^smtp; 550 5\.1\.1 .* User unknown in virtual mailbox table$/),
  });
  const verp = report("failed", "5.2.2", { to: `bounces+${id}@example.com`, headers: false });
  expect(await readReport(verp)).toMatchObject({ mailId: id, hard: false });
  expect(await readReport(report("delivered", "2.0.0"))).toMatchObject({ outcome: "delivered", hard: false });
});

it("passes over delays, mails of others, and what is no report", async () => {
  expect(await readReport(report("delayed", "4.4.1"))).toBeUndefined();
  expect(await readReport(report("failed", "5.1.1", { headers: false }))).toBeUndefined();
  expect(await readReport("Subject: Out of office\r\n\r\nBack on Monday.")).toBeUndefined();
  expect(await readReport("")).toBeUndefined();
});
