"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { PhaseBadge } from "../../../ui/phase-badge.tsx";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { CurveCard, FunnelCard, ReachCard, RegistrationsCard, SourcesCard } from "./audience-cards.tsx";
import { ExportsCard } from "./exports-card.tsx";
import { minutesText, percent, whole } from "./format.ts";
import { EngagementCard, MostEngagedCard, PollsCard, QuestionsCard } from "./interaction-cards.tsx";
import { ReplayCard } from "./replay-card.tsx";

/** What came of a webinar, at a glance and in detail, and everything of it to take away. */
export function ReportPage({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.report.summary.queryOptions(
      { webinarId },
      { refetchInterval: ({ state }) => (state.data?.phase === "live" ? 10_000 : 60_000) },
    ),
  );
  if (query.isPending) return <p className="dim">Loading…</p>;
  if (query.isError) return <QueryFault error={query.error} />;
  const report = query.data;
  const { totals, audience, interaction, engagement } = report;
  const tiles = [
    { name: "Registered", value: whole(totals.registered), note: `${whole(totals.visits)} page visits` },
    {
      name: "Attended",
      value: whole(totals.attended),
      note: `${percent(totals.attended, totals.registered)} of registered`,
    },
    { name: "At the peak", value: whole(audience.peak), note: "at one moment" },
    {
      name: "Stayed",
      value: totals.attended === 0 ? "–" : minutesText(totals.duringMs / totals.attended),
      note: `of ${minutesText(report.eventMs)}, on average`,
    },
    {
      name: "Engagement",
      value: engagement && engagement.count > 0 ? String(engagement.mean) : "–",
      note: "mean score of 100",
    },
    {
      name: "Questions",
      value: whole(interaction.asked),
      note: `${whole(interaction.chat)} chat messages`,
    },
  ];
  return (
    <div className="stack-large">
      <div className="stack">
        <div>
          <PhaseBadge phase={report.phase} />
        </div>
        <h1>{report.title}</h1>
        <WebinarNav webinarId={webinarId} />
      </div>
      <ul className="figures" aria-label="In figures">
        {tiles.map(({ name, value, note }) => (
          <li key={name} className="figure">
            <span className="small dim">{name}</span>
            <span className="figure-value number">{value}</span>
            <span className="small dim number">{note}</span>
          </li>
        ))}
      </ul>
      <CurveCard {...report} />
      <ReplayCard {...report} />
      <div className="halves">
        <div className="stack-cards">
          <FunnelCard {...report} />
          <SourcesCard {...report} />
          <EngagementCard {...report} />
          <PollsCard {...report} />
          <QuestionsCard {...report} />
        </div>
        <div className="stack-cards">
          <RegistrationsCard {...report} />
          <MostEngagedCard {...report} />
          <ReachCard {...report} />
        </div>
      </div>
      <ExportsCard webinarId={webinarId} registrants={totals.registered + totals.cancelled} />
    </div>
  );
}
