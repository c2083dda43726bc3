"use client";
import type { Delivery } from "@rostrum/protocol";
import { useQuery } from "@tanstack/react-query";
import { Captions, Hand } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { createApi, wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { RoomConnection } from "../../live/room-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { Brand } from "../../ui/brand.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { ChatPanel } from "./chat-panel.tsx";
import { FallenNotice } from "./fallen-notice.tsx";
import { PollPanel } from "./poll-panel.tsx";
import { Programme } from "./programme.tsx";
import { QuestionsPanel } from "./questions-panel.tsx";
import { RoomHeader } from "./room-header.tsx";

type Props = { joinToken: string; prefer: Delivery };

/** An attendee's room, on either tier: the door, then the stage beside the panels. */
export function AttendeeRoom({ joinToken, prefer }: Props) {
  const connection = useMemo(() => {
    const api = createApi();
    return new RoomConnection((excludeEdges, only) =>
      api.attendance.admit.mutate({ joinToken, prefer: only ?? prefer, excludeEdges }),
    );
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
  const preview = useQuery(trpc.attendance.preview.queryOptions({ joinToken }));
  const router = useRouter();
  const replay = preview.data?.phase === "ended" && preview.data.replay;
  useEffect(() => {
    if (replay) router.replace(`/replay/t/${joinToken}`);
  }, [replay, router, joinToken]);
  const wrong = preview.isError ? wireError(preview.error).message : fault;
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
                <p>This webinar is over. Its recording is there for you, {preview.data.name}.</p>
                <Link className="button primary wide" href={`/replay/t/${joinToken}`}>
                  Watch the recording
                </Link>
              </>
            ) : preview.data.phase === "ended" ? (
              <Notice>This webinar is over. Thank you for your interest, {preview.data.name}.</Notice>
            ) : (
              <>
                <p>You join as {preview.data.name}. Your camera and microphone stay off.</p>
                <button
                  className="button primary wide"
                  type="button"
                  disabled={status === "connecting"}
                  onClick={onEnter}
                >
                  {status === "connecting" ? "Joining…" : "Join"}
                </button>
              </>
            )}
          </>
        ) : (
          !wrong && <p className="dim">Loading…</p>
        )}
        {wrong && <Notice kind="bad">{wrong}</Notice>}
      </div>
    </main>
  );
}

function Room({ connection }: { connection: RoomConnection }) {
  const state = useValue(connection.state);
  const { connection: status, room, admission, delivery, path, fallen, tierReason, fault } = state;
  const [captions, setCaptions] = useState(true);
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
            <StageMessage title="You have left the room" text={fault} />
          ) : room.phase === "ended" ? (
            <StageMessage title="This webinar is over" text="Thank you for being here." />
          ) : room.phase !== "live" ? (
            <StageMessage title={room.title} text="It begins soon. You can stay on this page." />
          ) : (
            <Programme connection={connection} room={room} captions={captions} />
          )}
        </div>
        {room.phase === "live" && fallen && <FallenNotice connection={connection} />}
        {room.phase === "live" && state.videoHeld && (
          <p className="stage-note" role="status">
            Your network has room for sound only right now. The picture comes back by itself.
          </p>
        )}
        {room.phase === "live" && tierReason && (
          <p className="stage-note" role="status">
            {tierReason}
          </p>
        )}
        {room.phase !== "ended" && (
          <div className="controls">
            <HandButton connection={connection} />
            {room.caption && delivery === "webrtc" && (
              <button
                className="button"
                type="button"
                aria-pressed={captions}
                onClick={() => setCaptions(!captions)}
              >
                <Captions size={18} aria-hidden="true" />
                Captions
              </button>
            )}
          </div>
        )}
      </div>
      <aside className="panel" aria-label="Participate">
        <Tabs
          label="Participate"
          tabs={[
            {
              key: "qa",
              label: "Q&A",
              body: <QuestionsPanel room={room} api={api} canAsk={room.phase !== "ended"} />,
            },
            { key: "poll", label: "Poll", count: openPolls, body: <PollPanel room={room} api={api} /> },
            { key: "chat", label: "Chat", body: <ChatPanel room={room} api={api} /> },
          ]}
        />
      </aside>
    </main>
  );
}

function StageMessage({ title, text }: { title: string; text: string }) {
  return (
    <section className="stage" aria-label="Stage">
      <div className="stage-message" role="status">
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
    </section>
  );
}

function HandButton({ connection }: { connection: RoomConnection }) {
  const [up, setUp] = useState(false);
  const [busy, setBusy] = useState(false);
  const toggle = async () => {
    setBusy(true);
    try {
      const { raised } = up
        ? await connection.api.hand.lower.mutate()
        : await connection.api.hand.raise.mutate();
      setUp(raised);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      className="button"
      type="button"
      aria-pressed={up}
      disabled={busy}
      onClick={() => void toggle().catch(() => undefined)}
    >
      <Hand size={18} aria-hidden="true" />
      {up ? "Lower hand" : "Raise hand"}
    </button>
  );
}
