"use client";
import { useEffect, useMemo, useRef, useState } from "react";
import superjson from "superjson";
import { createApi } from "../../client/api.ts";
import { useTexts } from "../../client/language.tsx";
import { ReplayPlayer } from "../../live/replay-player.ts";
import { beginAt, startOf } from "../../live/replay-rules.ts";
import { WatchLog, type WatchReport } from "../../live/watch-log.ts";
import { Brand } from "../../ui/brand.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { ChapterList } from "./chapter-list.tsx";
import type { Replay } from "./replay.ts";
import { ReplayChat } from "./replay-chat.tsx";
import { ReplayPolls } from "./replay-polls.tsx";
import { ReplayQuestions } from "./replay-questions.tsx";
import { ReplayStage } from "./replay-stage.tsx";
import { keepPlace, placeKept } from "./resume.ts";

/** Also when the page goes away: a request that outlives it. */
async function report(told: WatchReport, leaving: boolean): Promise<void> {
  const response = await fetch("/api/trpc/replay.watched", {
    method: "POST",
    keepalive: leaving,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(superjson.serialize(told)),
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

/** The recording with everything that went with it, in time with the picture. */
export function ReplayView({ replay }: { replay: Replay }) {
  const { webinarId, range, chapters, conversation, slug, startedAt, media, viewer } = replay;
  const { replay: words } = useTexts();
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [player, setPlayer] = useState<ReplayPlayer | null>(null);
  const [all, setAll] = useState(false);
  const api = useMemo(() => createApi(), []);
  const begin = useMemo(() => {
    const seconds = startOf(window.location.search);
    return beginAt({ seconds, leftAtMs: placeKept(slug) }, range);
  }, [slug, range]);
  const first = useRef({ media, startedAt, range, beginMs: begin.ms });
  const pass = viewer?.pass;
  useEffect(() => {
    if (!video) return;
    const name = /\/replay\/[^/]+\/([^/]+)\//.exec(first.current.media.playlist)?.[1] ?? "";
    const renew = () => api.replay.renew.mutate({ webinarId, pass: pass ?? null, range: name });
    const opened = new ReplayPlayer(video, { ...first.current, renew });
    const log = pass ? new WatchLog(opened, pass, report) : null;
    const keep = () => {
      if (opened.state.get().begun) keepPlace(slug, opened.state.get().positionMs);
    };
    const place = setInterval(keep, 2000);
    // What was seen since the last time counts too.
    window.addEventListener("pagehide", keep);
    setPlayer(opened);
    return () => {
      clearInterval(place);
      window.removeEventListener("pagehide", keep);
      log?.close();
      opened.close();
    };
  }, [video, slug, pass, webinarId, api]);

  const tabs = [
    ...(chapters.length > 0
      ? [
          {
            key: "chapters",
            label: words.tabs.chapters,
            body: player && <ChapterList player={player} chapters={chapters} media={media} />,
          },
        ]
      : []),
    ...(conversation
      ? [
          {
            key: "chat",
            label: words.tabs.chat,
            body: player && <ReplayChat player={player} messages={conversation.chat} all={all} />,
          },
          {
            key: "qa",
            label: words.tabs.questions,
            body: player && <ReplayQuestions player={player} questions={conversation.questions} all={all} />,
          },
          {
            key: "polls",
            label: words.tabs.polls,
            body: player && <ReplayPolls player={player} polls={conversation.polls} all={all} />,
          },
        ]
      : []),
  ];
  return (
    <main
      className={tabs.length > 0 ? "room replay" : "room replay alone"}
      data-replay={replay.preview ? "preview" : "open"}
    >
      <header className="room-bar">
        <Brand />
        <h1 className="room-title">{replay.title}</h1>
        <div className="room-state">
          <LanguageChoice />
          <span className="badge">{replay.preview ? words.preview : words.recording}</span>
        </div>
      </header>
      <div className="stage-column">
        <div className="stage-frame">
          <ReplayStage
            title={replay.title}
            replay={replay}
            player={player}
            video={video}
            setVideo={setVideo}
            resumed={begin.resumed}
          />
        </div>
      </div>
      {tabs.length > 0 && (
        <aside className="panel" aria-label={words.beside}>
          <Tabs label={words.beside} tabs={tabs} />
          {conversation && (
            <div className="panel-foot">
              <label className="check small">
                <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
                {words.everything}
              </label>
            </div>
          )}
        </aside>
      )}
    </main>
  );
}
