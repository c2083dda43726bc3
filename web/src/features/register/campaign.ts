/**
 * Where a visitor came from. It survives redirects within the site and a fragment in front of the query (links like
 * `/w/slug#register?utm_source=x`): what the first page of a visit knew is kept for the tab.
 */
const key = "rostrum-campaign";
const counted = "rostrum-visit";

/** Campaign parameters of an address, in its query or behind its fragment. */
export function campaignOf(search: string, hash: string): Record<string, string> {
  const behind = hash.includes("?") ? hash.slice(hash.indexOf("?") + 1) : "";
  const params = [...new URLSearchParams(behind), ...new URLSearchParams(search)];
  return Object.fromEntries(
    params
      .filter(([name, value]) => /^utm_[a-z_]{1,40}$/.test(name) && value.trim() !== "")
      .slice(0, 20)
      .map(([name, value]) => [name, value.replace(/\p{Cc}/gu, " ").slice(0, 200)]),
  );
}

/** Storage may be switched off: then a visit is forgotten at the next page. */
function remembered(name: string, value: string): string {
  try {
    const known = window.sessionStorage.getItem(name);
    if (known !== null && value === "") return known;
    window.sessionStorage.setItem(name, value);
  } catch {
    return value;
  }
  return value;
}

export function campaign(): Record<string, string> {
  const here = campaignOf(window.location.search, window.location.hash);
  const text = remembered(key, Object.keys(here).length > 0 ? JSON.stringify(here) : "");
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}

/** The page that linked here, or the one that an embedded form stands on. */
export const cameFrom = (): string =>
  (new URLSearchParams(window.location.search).get("embedded_in") ?? document.referrer).slice(0, 500);

/** True once per tab and page. */
export function isFirstVisit(slug: string): boolean {
  try {
    if (window.sessionStorage.getItem(`${counted}:${slug}`)) return false;
    window.sessionStorage.setItem(`${counted}:${slug}`, "1");
  } catch {
    return true;
  }
  return true;
}
