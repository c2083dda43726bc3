/** The page that linked here, without query and fragment; nothing for our own pages or what is no web page. */
export function cleanReferrer(given: string, publicUrl: string): string {
  if (!URL.canParse(given)) return "";
  const { protocol, origin, pathname } = new URL(given);
  const isPage = protocol === "http:" || protocol === "https:";
  return isPage && origin !== new URL(publicUrl).origin ? `${origin}${pathname}`.slice(0, 500) : "";
}

/** What a visit is counted under: the campaign's source, else the host that linked here. */
export function sourceOf(utm: Record<string, string>, referrer: string): string {
  const named = utm.utm_source?.trim() || referrer.split("/", 3)[2];
  return (named || "direct").slice(0, 120);
}
