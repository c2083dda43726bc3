"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { locales } from "../../../texts/index.ts";
import { languageNames } from "../../../texts/names.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { ColourField } from "./colour-field.tsx";
import { AgendaEditor, SpeakersEditor } from "./list-editors.tsx";
import type { Page, SavedPage } from "./page.ts";
import { PictureField } from "./picture-field.tsx";

const usualColour = "#3d4fd8";
const visibilities = [
  { value: "public", name: "Listed on the front page" },
  { value: "unlisted", name: "Only for who has the link" },
];

/** What the public page looks like, and what is shown where its link is shared. */
export function PageEditor({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  const saved = useQuery(trpc.page.get.queryOptions({ webinarId }, { staleTime: Number.POSITIVE_INFINITY }));
  if (webinar.isPending || saved.isPending) return <p className="dim">Loading…</p>;
  const error = webinar.error ?? saved.error;
  if (error || !webinar.data || !saved.data) return <QueryFault error={error} />;
  const { title, description, slug } = webinar.data;
  return (
    <div className="stack-large">
      <div className="stack">
        <h1>{title}</h1>
        <WebinarNav webinarId={webinarId} />
      </div>
      <Editor webinarId={webinarId} saved={saved.data} share={{ title, description, slug }} />
    </div>
  );
}

type Share = { title: string; description: string; slug: string };
type EditorProps = { webinarId: string; saved: SavedPage; share: Share };

function Editor({ webinarId, saved, share }: EditorProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [page, setPage] = useState(saved.page);
  const [visibility, setVisibility] = useState(saved.visibility);
  const [locale, setLocale] = useState(saved.locale);
  const [forAll, setForAll] = useState(false);
  const { mutateAsync: saveBrand } = useMutation(trpc.page.saveBrand.mutationOptions());
  const save = useMutation(
    trpc.page.save.mutationOptions({
      onSuccess: async () => {
        if (forAll) await saveBrand({ accent: page.accent, logo: page.logo });
        await client.invalidateQueries(trpc.page.get.queryFilter({ webinarId }));
      },
    }),
  );
  const fault = save.error ? wireError(save.error) : undefined;
  const of = (field: string) => (fault?.field === `page.${field}` ? fault.message : undefined);
  const change = (part: Partial<Page>) => {
    save.reset();
    setPage((current) => ({ ...current, ...part }));
  };
  const organisation = saved.organisation;
  return (
    <form
      className="two"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ webinarId, page: { ...page, accent: page.accent || null }, visibility, locale });
      }}
    >
      <div className="stack">
        <section className="card stack" aria-labelledby="look">
          <h2 id="look">Look</h2>
          <PictureField
            kind="cover"
            label="Cover"
            help="Wide, at least 1600 × 900. It is cut to 16:9."
            value={page.cover}
            onChange={(cover) => change({ cover })}
          />
          <PictureField
            kind="logo"
            label="Logo"
            help={
              organisation.logo
                ? `Without one, the logo of ${organisation.name} is shown.`
                : "Also in the room and in mails."
            }
            value={page.logo}
            onChange={(logo) => change({ logo })}
          />
          <ColourField
            value={page.accent ?? ""}
            usual={organisation.accent ?? usualColour}
            onChange={(accent) => change({ accent: accent || null })}
            fault={of("accent")}
          />
          <CheckField
            label={`Use logo and colour for all webinars of ${organisation.name} that have none`}
            checked={forAll}
            onChange={setForAll}
          />
        </section>
        <SpeakersEditor
          items={page.speakers}
          onChange={(speakers) => change({ speakers })}
          fault={(path) => of(`speakers.${path}`)}
        />
        <AgendaEditor
          items={page.agenda}
          onChange={(agenda) => change({ agenda })}
          fault={(path) => of(`agenda.${path}`)}
        />
      </div>
      <aside className="card stack sticky-aside" aria-label="Publish">
        {fault && !fault.field?.startsWith("page.") && <Notice kind="bad">{fault.message}</Notice>}
        {fault?.field?.startsWith("page.") && (
          <Notice kind="bad">Something is missing: {fault.message}</Notice>
        )}
        {save.isSuccess && <Notice kind="good">Saved. The public page shows it now.</Notice>}
        <SelectField
          label="Visibility"
          choices={visibilities}
          value={visibility}
          onChange={(event) => setVisibility(event.target.value === "unlisted" ? "unlisted" : "public")}
        />
        <SelectField
          label="Language of pages, rooms and mails"
          choices={locales.map((value) => ({ value, name: languageNames[value] }))}
          value={locale}
          onChange={(event) => setLocale(event.target.value === "de" ? "de" : "en")}
        />
        <CheckField
          label="Visitors may choose another language for pages and rooms"
          checked={page.languageChoice !== false}
          onChange={(languageChoice) => change({ languageChoice })}
        />
        <div className="row">
          <button className="button primary" type="submit" disabled={save.isPending}>
            Save page
          </button>
          <a className="button" href={`/w/${share.slug}`} target="_blank" rel="noreferrer">
            <ExternalLink size={18} aria-hidden="true" />
            Open page
          </a>
        </div>
        <SharePreview
          share={share}
          version={[saved.page.cover, saved.page.logo, saved.page.accent, saved.locale].join(".")}
        />
      </aside>
    </form>
  );
}

/** What social networks and messengers make of the link. */
function SharePreview({ share, version }: { share: Share; version: string }) {
  return (
    <div className="stack-small">
      <h3>When the link is shared</h3>
      <div className="share-preview">
        {/* biome-ignore lint/performance/noImgElement: drawn by our own server at this size */}
        <img
          src={`/w/${share.slug}/share.png?v=${encodeURIComponent(version)}`}
          alt="Preview of the shared link"
          width={1200}
          height={630}
        />
        <div>
          <strong>{share.title}</strong>
          {share.description && <p className="small dim">{share.description.slice(0, 140)}</p>}
        </div>
      </div>
    </div>
  );
}
