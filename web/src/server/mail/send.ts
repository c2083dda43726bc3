import { type OutboxMail, PermanentMailError } from "@rostrum/db";
import type { SendMailOptions } from "nodemailer";
import type { Services } from "../services.ts";
import { isHardBounce, statusIn } from "./bounce.ts";
import { composeMail } from "./compose.ts";

type Transport = { sendMail: (mail: SendMailOptions) => Promise<unknown> };
type Refused = { responseCode?: number; command?: string; response?: string };

/** SMTP 5yz is final (RFC 5321 §4.2.1), except while we are not let in at all: then every mail would be lost. */
const isFinal = ({ responseCode = 0, command = "" }: Refused): boolean =>
  responseCode >= 500 && responseCode < 600 && ["RCPT TO", "DATA"].includes(command);

/** Refused at once: nobody has this address. */
const isBounce = ({ responseCode, command, response = "" }: Refused): boolean =>
  command === "RCPT TO" && isHardBounce({ code: responseCode, status: statusIn(response) });

/** Sends a queued mail. Throws PermanentMailError for one that will never get through. */
export const mailSender =
  (services: Services, transport: Transport) =>
  async (mail: OutboxMail): Promise<void> => {
    const message = await composeMail(services, mail);
    try {
      await transport.sendMail(message);
    } catch (error) {
      const refused = error as Refused;
      if (!isFinal(refused)) throw error;
      throw new PermanentMailError((error as Error).message, { cause: error, bounced: isBounce(refused) });
    }
  };
