import { createHash } from "node:crypto";
import { leadingZeroBits, workText } from "@rostrum/rules";
import { callTrpc } from "./api.ts";

/** A form that is sent sooner after it was opened costs work, ms. */
export const readingMs = 2100;

/** What an opened form sends along. */
export type Pass = { ticket: string; work?: number };
export type OpenedForm = { pass: Pass; openedAt: number };

/** Open a registration form as a browser does, work included when it is asked. */
export async function openForm(web: string, slug: string, from?: string): Promise<OpenedForm> {
  const answer = await callTrpc(web, "registration.open", { slug }, from ? { from } : {});
  if (answer.error) throw new Error(`the form did not open: ${answer.error.message}`);
  const { ticket, seed, bits } = answer.data as { ticket: string; seed: string; bits: number };
  const openedAt = Date.now();
  return { pass: bits > 0 ? { ticket, work: solve(seed, bits) } : { ticket }, openedAt };
}

function solve(seed: string, bits: number): number {
  for (let count = 0; ; count++)
    if (leadingZeroBits(createHash("sha256").update(workText(seed, count)).digest()) >= bits) return count;
}

/** Until a form has been open for as long as anybody takes to fill it in. */
export const filledIn = ({ openedAt }: Pick<OpenedForm, "openedAt">): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, openedAt + readingMs - Date.now())));
