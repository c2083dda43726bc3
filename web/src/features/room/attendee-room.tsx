"use client";
import type { Delivery } from "@rostrum/protocol";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Captions } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { createApi } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { GuestVisit } from "../../live/guest-visit.ts";
import { RoomConnection } from "../../live/room-connection.ts";
import type { StageState } from "../../live/stage-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { Value } from "../../live/value.ts";
import type { AppRouter } from "../../server/routers/index.ts";
import { Brand } from "../../ui/brand.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { ChatPanel } from "./chat-panel.tsx";
import { FallenNotice } from "./fallen-notice.tsx";
import { HandControls } from "./hand-controls.tsx";
import { JoinPasscode, knownPasscode, useKnownPasscode } from "./join-passcode.tsx";
import { ownTracks } from "./own-tracks.ts";
import { PollPanel } from "./poll-panel.tsx";
import { Programme } from "./programme.tsx";
import { QuestionsPanel } from "./questions-panel.tsx";
import { RoomHeader } from "./room-header.tsx";

type Props = { joinToken: string; prefer: Delivery };

/** An attendee's room, on either tier: the door, then the stage beside the panels. */
export function AttendeeRoom({ joinToken, prefer }: Props) {
  const connection = useMemo(() => {
    const api = createApi();
    return new RoomConnection((excludeEdges, { only, servedBy }) => {
      const passcodeKey = knownPasscode(joinToken);
      return api.attendance.admit.mutate({
        joinToken,
        prefer: only ?? prefer,
        excludeEdges,
        servedBy,
        ...(passcodeKey ? { passcodeKey } : {}),
      });
    });
  }, [joinToken, prefer]);
  useEffect(() => () => connection.leave(), [connection]);
  const { connection: status, room, fault } = useValue(connection.state);
  if (!room)
    return <Door joinToken={joinToken} status={status} fault={fault} onEnter={() => connection.enter()} />;
  return <Room connection={connection} />;
}

type DoorProps = { joinToken: string; status: string; fault: string | null; onEnter: () => void };

/** Before the room: what this link opens, and the click that browsers want before sound. */
function Door({ joinToken, status, fault, onEnter }: DoorProps) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const { door } = texts.room;
  const preview = useQuery(trpc.attendance.preview.queryOptions({ joinToken }));
  const router = useRouter();
  const replay = preview.data?.phase === "ended" && preview.data.replay;
  useEffect(() => {
    if (replay) router.replace(`/replay/t/${joinToken}`);
  }, [replay, router, joinToken]);
  const wrong = preview.isError ? faults.of(preview.error).message : fault && faults.said(fault);
  return (
    <main className="narrow page stack-large" data-connection={status}>
      <Brand />
      <div className="card stack">
        {preview.data ? (
          <>
            <h1>{preview.data.title}</h1>
            <p className="dim">
              <LocalTime at={preview.data.startsAt} />
            </p>
            {preview.data.phase === "ended" && preview.data.replay ? (
              <>
                <p>{door.recording(preview.data.name)}</p>
                <Link className="button primary wide" href={`/replay/t/${joinToken}`}>
                  {texts.page.watchRecording}
                </Link>
              </>
            ) : preview.data.phase === "ended" ? (
              <Notice>{door.over(preview.data.name)}</Notice>
            ) : (
              <Entry joinToken={joinToken} preview={preview.data} status={status} onEnter={onEnter} />
            )}
          </>
        ) : (
          !wrong && <p className="dim">{texts.loading}</p>
        )}
        {wrong && <Notice kind="bad">{wrong}</Notice>}
      </div>
      <LanguageChoice />
    </main>
  );
}

type EntryProps = {
  joinToken: string;
  preview: inferRouterOutputs<AppRouter>["attendance"]["preview"];
  status: string;
  onEnter: () => void;
};

/** The click, or the passcode that is asked for first. */
function Entry({ joinToken, preview, status, onEnter }: EntryProps) {
  const texts = useTexts();
  const { door } = texts.room;
  const known = useKnownPasscode(joinToken);
  if (preview.asksPasscode && !known.key)
    return <JoinPasscode joinToken={joinToken} texts={texts} onKnown={known.learn} />;
  return (
    <>
      <p>{door.joinAs(preview.name)}</p>
      <button
        className="button primary wide"
        type="button"
        disabled={status === "connecting"}
        onClick={onEnter}
      >
        {status === "connecting" ? door.joining : door.join}
      </button>
    </>
  );
}

function Room({ connection }: { connection: RoomConnection }) {
  const state = useValue(connection.state);
  const { connection: status, room, admission, delivery, path, fault } = state;
  const { visit, own } = useVisit(connection);
  const [captions, setCaptions] = useState(true);
  const { room: words } = useTexts();
  const faults = useFaults();
  if (!room || !admission) return null;
  const { api } = connection;
  const openPolls = room.polls.filter((poll) => poll.status === "open").length;
  return (
    <main
      className="room"
      data-room-phase={room.phase}
      data-delivery={delivery}
      data-path={path ?? ""}
      data-edge={admission.edge.nodeId}
      data-connection={status}
    >
      <RoomHeader room={room} connection={status} />
      <div className="stage-column">
        <div className="stage-frame">
          {status === "ended" && fault ? (
            <StageMessage title={words.left} text={faults.said(fault)}>
              <button className="button" type="button" onClick={() => window.location.reload()}>
                {words.comeBack}
              </button>
            </StageMessage>
          ) : room.phase === "ended" ? (
            <StageMessage title={words.over} text={words.thanks} />
          ) : room.phase !== "live" ? (
            <StageMessage title={room.title} text={words.soon} />
          ) : (
            <Programme connection={connection} room={room} captions={captions} {...(own ? { own } : {})} />
          )}
        </div>
        {room.phase === "live" && <StageNotes connection={connection} />}
        {room.phase !== "ended" && status !== "ended" && (
          <HandControls connection={connection} room={room} self={admission.participantId} visit={visit}>
            {room.caption && delivery === "webrtc" && (
              <button
                className="button"
                type="button"
                aria-pressed={captions}
                onClick={() => setCaptions(!captions)}
              >
                <Captions size={18} aria-hidden="true" />
                {words.captions}
              </button>
            )}
          </HandControls>
        )}
      </div>
      <aside className="panel" aria-label={words.participate} inert={status === "ended" && Boolean(fault)}>
        <Tabs
          label={words.participate}
          tabs={[
            {
              key: "qa",
              label: words.tabs.questions,
              body: <QuestionsPanel room={room} api={api} canAsk={room.phase !== "ended"} />,
            },
            {
              key: "poll",
              label: words.tabs.poll,
              count: openPolls,
              body: <PollPanel room={room} api={api} />,
            },
            { key: "chat", label: words.tabs.chat, body: <ChatPanel room={room} api={api} /> },
          ]}
        />
      </aside>
    </main>
  );
}

/** Why the picture is as it is. */
function StageNotes({ connection }: { connection: RoomConnection }) {
  const { fallen, videoHeld, tierReason } = useValue(connection.state);
  const { room } = useTexts();
  const faults = useFaults();
  return (
    <>
      {fallen && <FallenNotice connection={connection} />}
      {videoHeld && (
        <p className="stage-note" role="status">
          {room.soundFirst}
        </p>
      )}
      {tierReason && (
        <p className="stage-note" role="status">
          {faults.said(tierReason)}
        </p>
      )}
    </>
  );
}

const offStage = new Value<StageState | null>(null);

/** Visits on stage, and what is sent meanwhile. */
function useVisit(connection: RoomConnection) {
  const visit = useMemo(() => new GuestVisit(connection), [connection]);
  useEffect(() => () => visit.leave(), [visit]);
  const stage = useValue(visit.stage);
  const sending = useValue<StageState | null>(stage?.state ?? offStage);
  const { admission } = useValue(connection.state);
  const own = useMemo(
    () =>
      sending && admission
        ? { tracks: ownTracks(sending.local, admission), self: admission.participantId }
        : undefined,
    [sending, admission],
  );
  return { visit, own };
}

function StageMessage({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const { room } = useTexts();
  return (
    <section className="stage" aria-label={room.stage}>
      <div className="stage-message" role="status">
        <h2>{title}</h2>
        <p>{text}</p>
        {children}
      </div>
    </section>
  );
}
