import type { WebConfig } from "../config.ts";

/** What a page needs to show it. `global` is where its script puts itself. */
export type CaptchaNotice = {
  scriptUrl: string;
  global: "hcaptcha" | "turnstile" | "captcha";
  siteKey: string;
  when: "suspicious" | "always";
};
/** One provider: what to show, and whether an answer is right. The only thing that knows of providers. */
export type Captcha = {
  notice: CaptchaNotice;
  /** Hosts (CSP sources) that its script and frame come from. */
  sources: string[];
  verify: (answer: string, address: string) => Promise<"yes" | "no" | "unavailable">;
};

const providers = {
  hcaptcha: {
    global: "hcaptcha",
    scriptUrl: "https://js.hcaptcha.com/1/api.js?render=explicit",
    verifyUrl: "https://api.hcaptcha.com/siteverify",
    sources: ["https://hcaptcha.com", "https://*.hcaptcha.com"],
  },
  turnstile: {
    global: "turnstile",
    scriptUrl: "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
    verifyUrl: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    sources: ["https://challenges.cloudflare.com"],
  },
} as const;

/** A provider that takes longer is taken to be away, ms. */
const patienceMs = 5000;

/** The CAPTCHA that is set up; undefined where there is none, or something of it is missing. */
export function captchaOf(config: WebConfig): Captcha | undefined {
  const { CAPTCHA_PROVIDER: provider, CAPTCHA_SITE_KEY: siteKey, CAPTCHA_SECRET: secret } = config;
  if (!provider || provider === "none" || !siteKey || !secret) return undefined;
  const known = provider === "custom" ? undefined : providers[provider];
  const scriptUrl = config.CAPTCHA_SCRIPT_URL ?? known?.scriptUrl;
  const verifyUrl = config.CAPTCHA_VERIFY_URL ?? known?.verifyUrl;
  if (!scriptUrl || !verifyUrl) return undefined;
  return {
    notice: {
      scriptUrl,
      global: known?.global ?? "captcha",
      siteKey,
      when: config.CAPTCHA_WHEN ?? "suspicious",
    },
    sources: [...(known?.sources ?? []), new URL(scriptUrl).origin],
    verify: (answer, address) =>
      ask(verifyUrl, { secret, response: answer, remoteip: address, sitekey: siteKey }),
  };
}

/** The call all of them have in common: a form, answered with `{"success": true}`. */
async function ask(url: string, fields: Record<string, string>): Promise<"yes" | "no" | "unavailable"> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!response.ok) return "unavailable";
    const said = (await response.json()) as { success?: unknown };
    return said.success === true ? "yes" : "no";
  } catch {
    return "unavailable";
  }
}
