import { handleMailEvents } from "../../../../server/mail/events.ts";
import { services } from "../../../../server/services.ts";

/** What a mail provider, or the server of the bounce mailbox, tells of mails that have left. */
export const POST = (request: Request): Promise<Response> => handleMailEvents(services(), request);

export const dynamic = "force-dynamic";
