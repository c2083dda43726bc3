import type { Services } from "./services.ts";

export const embedScriptPath = "/embed.js";

/**
 * What a site puts on its page: `<script src="https://host/embed.js" data-webinar="slug" async></script>`. It makes an
 * iframe where it stands, hands on the campaign of the page's address, and follows the form's height. Plain ES2017, no
 * globals; the site's page is told of a registration by the event `rostrum:registered`.
 */
const script = (origin: string): string => `(() => {
  const own = document.currentScript;
  const origin = ${JSON.stringify(origin)};
  const slug = own && own.dataset.webinar;
  if (!slug) return;
  const params = new URLSearchParams();
  const behind = location.hash.includes("?") ? location.hash.slice(location.hash.indexOf("?") + 1) : "";
  for (const text of [behind, location.search])
    for (const [name, value] of new URLSearchParams(text)) if (/^utm_[a-z_]+$/.test(name)) params.set(name, value);
  params.set("embedded_in", location.origin + location.pathname);
  const frame = document.createElement("iframe");
  frame.src = origin + "/embed/w/" + encodeURIComponent(slug) + "?" + params;
  frame.title = own.dataset.title || "Registration";
  frame.loading = "lazy";
  frame.style.cssText = "border:0;width:100%;min-height:420px;color-scheme:normal";
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow || !event.data) return;
    const { type, height, status } = event.data;
    if (type === "rostrum:height" && height > 0) frame.style.cssText += ";min-height:0;height:" + Math.ceil(height) + "px";
    if (type === "rostrum:registered")
      frame.dispatchEvent(new CustomEvent("rostrum:registered", { bubbles: true, detail: { slug, status } }));
  });
  own.after(frame);
})();
`;

export const handleEmbedScript = (services: Services): Response =>
  new Response(script(new URL(services.config.PUBLIC_URL).origin), {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=300",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    },
  });
