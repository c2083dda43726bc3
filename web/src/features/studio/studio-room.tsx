"use client";
import type { LayoutName } from "@rostrum/protocol";
import { useMemo, useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useValue } from "../../live/use-value.ts";
import { Notice } from "../../ui/notice.tsx";
import { type Tab, Tabs } from "../../ui/tabs.tsx";
import { EncodersPanel } from "../encoders/encoders-panel.tsx";
import { ChatPanel } from "../room/chat-panel.tsx";
import { ownTracks } from "../room/own-tracks.ts";
import { QuestionsPanel } from "../room/questions-panel.tsx";
import { RoomHeader } from "../room/room-header.tsx";
import { StageControls } from "../room/stage-controls.tsx";
import { StageGrid } from "../room/stage-grid.tsx";
import { AttendeeList } from "./attendee-list.tsx";
import { CaptionsPanel } from "./captions-panel.tsx";
import { HandsPanel } from "./hands-panel.tsx";
import { HostPolls } from "./host-polls.tsx";
import { LiveControls } from "./live-controls.tsx";
import { PeoplePanel } from "./people-panel.tsx";
import type { Studio } from "./use-studio.ts";

/** The studio once inside: stage, controls, and the panels of the role. */
export function StudioRoom({ studio, hostApi }: { studio: Studio; hostApi?: Api }) {
  const { connection, room, admission } = useValue(studio.room.state);
  const stage = useValue(studio.stage.state);
  const received = useValue(studio.stage.tracks);
  const { studio: words } = useTexts();
  const faults = useFaults();
  const [fault, setFault] = useState<string | null>(null);
  const own = useMemo(() => (admission ? ownTracks(stage.local, admission) : []), [stage.local, admission]);
  if (!room || !admission) return null;

  const asHost = (work: (api: Api) => Promise<unknown>) => {
    if (!hostApi) return;
    work(hostApi)
      .then(() => setFault(null))
      .catch((error: unknown) => setFault(faults.of(error).message));
  };
  const { webinarId } = room;
  const tabs: Tab[] = [
    {
      key: "qa",
      label: words.tabs.questions,
      count: room.questions.filter((question) => question.status === "open").length,
      body: (
        <QuestionsPanel
          room={room}
          api={studio.room.api}
          canAsk={false}
          {...(hostApi
            ? {
                host: {
                  markAnswered: (questionId: string) =>
                    hostApi.question.answer.mutate({ webinarId, questionId }),
                  dismiss: (questionId: string) => hostApi.question.dismiss.mutate({ webinarId, questionId }),
                },
              }
            : {})}
        />
      ),
    },
    ...(hostApi
      ? [{ key: "polls", label: words.tabs.polls, body: <HostPolls room={room} api={hostApi} /> }]
      : []),
    {
      key: "hands",
      label: words.tabs.hands,
      count: room.hands.filter(({ status }) => status === "raised").length,
      body: (
        <HandsPanel
          room={room}
          {...(hostApi
            ? {
                onInvite: (participantId: string) =>
                  asHost((api) => api.hand.invite.mutate({ webinarId, participantId })),
                onLower: (participantId: string) =>
                  asHost((api) => api.hand.dismiss.mutate({ webinarId, participantId })),
              }
            : {})}
        />
      ),
    },
    { key: "chat", label: words.tabs.chat, body: <ChatPanel room={room} api={studio.room.api} /> },
    {
      key: "captions",
      label: words.tabs.captions,
      body: <CaptionsPanel room={room} api={studio.room.api} hostApi={hostApi} />,
    },
    {
      key: "people",
      label: words.tabs.people,
      body: (
        <PeoplePanel room={room} members={stage.members}>
          {hostApi && (
            <>
              <section className="stack-small">
                <h3>{words.attendees.heading}</h3>
                <AttendeeList webinarId={webinarId} />
              </section>
              <section className="stack-small">
                <h3>{words.encoders.heading}</h3>
                <EncodersPanel webinarId={webinarId} />
              </section>
            </>
          )}
        </PeoplePanel>
      ),
    },
  ];
  return (
    <main
      className="room"
      data-room-phase={room.phase}
      data-edge={admission.edge.nodeId}
      data-connection={connection}
      data-stage={stage.connection}
    >
      <RoomHeader
        room={room}
        connection={stage.connection === "reconnecting" ? "reconnecting" : connection}
      />
      <div className="stage-column">
        {fault && <Notice kind="bad">{fault}</Notice>}
        <div className="stage-frame">
          <StageGrid
            tracks={[...own, ...received]}
            members={stage.members}
            layout={room.layout}
            speaker={room.speaker}
            self={admission.participantId}
          />
        </div>
        <StageControls stage={studio.stage}>
          {hostApi && (
            <LiveControls
              room={room}
              api={hostApi}
              onFault={setFault}
              onLayout={(layout: LayoutName) =>
                asHost((api) => api.webinar.setLayout.mutate({ id: webinarId, layout }))
              }
            />
          )}
        </StageControls>
      </div>
      <aside className="panel" aria-label={words.panels}>
        <Tabs label={words.panels} tabs={tabs} />
      </aside>
    </main>
  );
}
