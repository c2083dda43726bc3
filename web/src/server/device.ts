export type Device = { device: "desktop" | "phone" | "tablet" | "other"; browser: string };

const browsers: [name: string, pattern: RegExp][] = [
  ["Edge", /\bEdg(?:A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ["Safari", /\bVersion\/[\d.]+.*\bSafari\//],
];

/** What a User-Agent header says somebody came with: a kind for reports, nothing that would tell people apart. */
export function deviceOf(userAgent: string | null): Device {
  const agent = (userAgent ?? "").slice(0, 500);
  const browser = browsers.find(([, pattern]) => pattern.test(agent))?.[0] ?? "Other";
  if (/\biPad\b|\bTablet\b|\bAndroid\b(?!.*\bMobile\b)/.test(agent)) return { device: "tablet", browser };
  if (/\biPhone\b|\bMobile\b/.test(agent)) return { device: "phone", browser };
  if (/\b(?:Windows NT|Macintosh|X11|Linux|CrOS)\b/.test(agent)) return { device: "desktop", browser };
  return { device: "other", browser };
}
