import { findPicture } from "@rostrum/db";
import { brandTones } from "@rostrum/rules";
import { ImageResponse } from "next/og";
import { textsFor } from "../texts/index.ts";
import type { Services } from "./services.ts";
import type { PublicWebinar } from "./use-cases/public-page.ts";

const size = { width: 1200, height: 630 };

/** A stored picture as the renderer takes it; it fetches nothing. */
async function dataUrl(services: Services, path: string | null): Promise<string | undefined> {
  const picture = path ? await findPicture(services.db, path.slice(path.lastIndexOf("/") + 1)) : undefined;
  return picture && `data:${picture.contentType};base64,${Buffer.from(picture.bytes).toString("base64")}`;
}

/** Title, date and who invites, on the cover or on the brand's colour, as a PNG. */
export async function sharePicture(services: Services, webinar: PublicWebinar): Promise<Uint8Array> {
  const [cover, logo] = await Promise.all([
    dataUrl(services, webinar.cover),
    dataUrl(services, webinar.brand.logo),
  ]);
  const { accent, strong } = brandTones(webinar.brand.accent ?? "#3d4fd8", "light");
  const date = new Intl.DateTimeFormat(textsFor(webinar.locale).tag, {
    dateStyle: "full",
    timeStyle: "short",
    timeZone: webinar.timeZone,
  }).format(webinar.startsAt);
  const shade = "linear-gradient(180deg, rgba(8,10,16,0.15) 0%, rgba(8,10,16,0.82) 70%)";
  const image = new ImageResponse(
    <div style={{ display: "flex", width: "100%", height: "100%", backgroundColor: strong }}>
      {cover ? (
        // biome-ignore lint/performance/noImgElement: drawn by the renderer, not by a browser
        <img src={cover} alt="" style={{ position: "absolute", width: 1200, height: 675, top: -22 }} />
      ) : (
        <div
          style={{
            position: "absolute",
            width: 900,
            height: 900,
            right: -260,
            top: -320,
            borderRadius: 450,
            backgroundColor: accent,
          }}
        />
      )}
      {cover && <div style={{ position: "absolute", width: 1200, height: 630, backgroundImage: shade }} />}
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          justifyContent: "space-between",
          padding: 64,
          width: "100%",
          color: "#ffffff",
        }}
      >
        {logo ? (
          <div style={{ display: "flex" }}>
            <div style={{ display: "flex", padding: 16, backgroundColor: "#ffffff", borderRadius: 16 }}>
              {/* biome-ignore lint/performance/noImgElement: drawn by the renderer, not by a browser */}
              <img src={logo} alt="" style={{ height: 56 }} />
            </div>
          </div>
        ) : (
          <div style={{ fontSize: 32 }}>{webinar.brand.name}</div>
        )}
        <div style={{ display: "flex", flexDirection: "column" }}>
          <div
            style={{ fontSize: webinar.title.length > 60 ? 54 : 70, lineHeight: 1.12, letterSpacing: -1.5 }}
          >
            {webinar.title.slice(0, 140)}
          </div>
          <div style={{ fontSize: 32, marginTop: 24, opacity: 0.92 }}>
            {`${date} (${webinar.timeZone.replaceAll("_", " ")})`}
          </div>
        </div>
      </div>
    </div>,
    size,
  );
  return new Uint8Array(await image.arrayBuffer());
}
