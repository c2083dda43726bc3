/** Colours of a brand, made readable: whatever a host chooses, text and buttons keep the contrast of WCAG 2.2 §1.4.3. */

/** What text of any size must have against what is behind it. */
export const readableContrast = 4.5;

/** The surfaces that coloured text and buttons stand on, of each scheme (web/src/app/tokens.css). */
const surfaces = {
  light: ["#f6f7f9", "#ffffff", "#eef0f3"],
  dark: ["#0f1115", "#171a20", "#1f232b"],
} as const;
const ink = { light: "#ffffff", dark: "#0f1115" } as const;

export type Scheme = keyof typeof surfaces;
/** `accent` for links and buttons, `strong` under the pointer, `soft` behind it, `on` for text on it. */
export type Tones = { accent: string; strong: string; soft: string; on: string };

type Rgb = [number, number, number];

/** True for `#rrggbb`, the only form that is stored. */
export const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

const parse = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

const format = (rgb: Rgb): string =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

const channel = (part: number): number => {
  const value = part / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Relative luminance, 0 to 1 (WCAG 2.2). */
const luminance = (hex: string): number => {
  const [red, green, blue] = parse(hex);
  return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
};

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const mix = (from: string, to: string, share: number): string => {
  const [a, b] = [parse(from), parse(to)];
  return format([0, 1, 2].map((at) => (a[at] ?? 0) * (1 - share) + (b[at] ?? 0) * share) as Rgb);
};

const readable = (colour: string, scheme: Scheme): boolean =>
  surfaces[scheme].every((surface) => contrast(colour, surface) >= readableContrast);

/** The nearest colour that can be read in a scheme: darker on light, lighter on dark. */
function readableTone(colour: string, scheme: Scheme): string {
  const end = scheme === "light" ? "#000000" : "#ffffff";
  for (let share = 0; share < 1; share += 0.02) {
    const tone = mix(colour, end, share);
    if (readable(tone, scheme)) return tone;
  }
  return end;
}

/** All tones of a chosen colour in a scheme. `colour` is `#rrggbb`. */
export function brandTones(colour: string, scheme: Scheme): Tones {
  const accent = readableTone(colour, scheme);
  return {
    accent,
    strong: mix(accent, scheme === "light" ? "#000000" : "#ffffff", 0.18),
    soft: mix(accent, surfaces[scheme][1], scheme === "light" ? 0.9 : 0.78),
    on: ink[scheme],
  };
}

/** Whether the colour is shown as chosen, by scheme: what the host is told. */
export const shownAsChosen = (colour: string): Record<Scheme, boolean> => ({
  light: readable(colour, "light"),
  dark: readable(colour, "dark"),
});
