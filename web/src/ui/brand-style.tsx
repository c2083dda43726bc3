import { brandTones, isColour, type Scheme } from "@rostrum/rules";

const variables = (colour: string, scheme: Scheme): string => {
  const { accent, strong, soft, on } = brandTones(colour, scheme);
  return `--accent:${accent};--accent-strong:${strong};--accent-soft:${soft};--on-accent:${on};--brand:${colour}`;
};

/** The page in the colour of its organisation, readable in both schemes. Only a checked colour gets into the style. */
export function BrandStyle({ accent }: { accent: string | null }) {
  if (!accent || !isColour(accent)) return null;
  return (
    <style>{`:root{${variables(accent, "light")}}@media (prefers-color-scheme: dark){:root{${variables(accent, "dark")}}}`}</style>
  );
}
