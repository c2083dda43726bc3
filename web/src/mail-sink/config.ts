import { loadConfig } from "@rostrum/platform";
import { z } from "zod";

const port = z.coerce.number().int().min(1).max(65535);

export const MailSinkConfig = z.object({
  NODE_ID: z.string().default("mail-sink").describe("Name of this process"),
  HTTP_HOST: z.string().default("127.0.0.1").describe("Address of SMTP and the inbox; keep it local"),
  HTTP_PORT: port.describe("Port of the inbox"),
  SMTP_PORT: port.describe("Port of SMTP"),
  MAIL_DIR: z.string().min(1).describe("Folder that keeps the mails, one .eml file each"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Log level"),
});
export type MailSinkConfig = z.infer<typeof MailSinkConfig>;

export const mailSinkConfig = (): MailSinkConfig => loadConfig(MailSinkConfig, process.env, "mail-sink");
