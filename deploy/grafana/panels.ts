type Query = { expr: string; legend: string };
type Panel = { title: string; unit: string; help: string; queries: Query[] };
type Row = { title: string; panels: Panel[] };

const q = (expr: string, legend: string): Query => ({ expr, legend });
const p95 = (name: string): Query[] => [
  q(`histogram_quantile(0.5, sum by (le) (rate(rostrum_${name}_bucket[1m])))`, "p50"),
  q(`histogram_quantile(0.95, sum by (le) (rate(rostrum_${name}_bucket[1m])))`, "p95"),
];

const rows: Row[] = [
  {
    title: "Audience",
    panels: [
      {
        title: "Who watches, and how",
        unit: "short",
        help: "Attendees by tier and by the network path that worked.",
        queries: [q("sum by (delivery, path) (rostrum_attendees_by_path)", "{{delivery}} {{path}}")],
      },
      {
        title: "Seats",
        unit: "short",
        help: "Interactive seats taken or kept, and people who wait for one.",
        queries: [
          q("max by (webinar) (rostrum_seats_taken)", "taken {{webinar}}"),
          q("max by (webinar) (rostrum_seats_waiting)", "waiting {{webinar}}"),
        ],
      },
      {
        title: "Placements",
        unit: "ops",
        help: "Admissions a second by tier and edge, those that nobody could take, and who was moved off a busy edge.",
        queries: [
          q("sum by (delivery, edge) (rate(rostrum_placements_total[1m]))", "{{delivery}} {{edge}}"),
          q("sum by (code) (rate(rostrum_admissions_refused_total[1m]))", "refused {{code}}"),
          q("sum by (node) (rate(rostrum_relieved_total[1m]))", "moved off {{node}}"),
        ],
      },
      { title: "Join: hello to room", unit: "s", help: "On the edge's side.", queries: p95("join_seconds") },
    ],
  },
  {
    title: "What people see",
    panels: [
      {
        title: "Click to first frame",
        unit: "s",
        help: "As browsers tell.",
        queries: p95("first_frame_seconds"),
      },
      {
        title: "Frozen time per watched hour",
        unit: "s",
        help: "Seconds of frozen picture for each hour that attendees watch.",
        queries: [
          q(
            "3600 * sum(rate(rostrum_frozen_seconds_total[5m])) / clamp_min(sum(rostrum_attendees), 1)",
            "frozen",
          ),
        ],
      },
      {
        title: "Sound only",
        unit: "short",
        help: "Receivers whose network has no room for a picture.",
        queries: [q("sum(rostrum_video_held)", "sound only")],
      },
      {
        title: "Layer switches",
        unit: "ops",
        help: "Spatial and temporal layers switched a second.",
        queries: [q("sum(rate(rostrum_layer_switches_total[1m]))", "switches")],
      },
    ],
  },
  {
    title: "Cascade",
    panels: [
      {
        title: "Pipes",
        unit: "short",
        help: "From origins, and handed on by edges.",
        queries: [
          q('sum by (node) (rostrum_pipes{service="origin"})', "origin {{node}}"),
          q("sum by (node) (rostrum_pipes_below)", "handed on by {{node}}"),
        ],
      },
      {
        title: "Loss on pipes",
        unit: "percentunit",
        help: "Before retransmission repairs it.",
        queries: [
          q(
            "sum by (node) (increase(rostrum_pipe_packets_lost[1m])) / clamp_min(sum by (node) (increase(rostrum_pipe_packets[1m])), 1)",
            "{{node}}",
          ),
        ],
      },
      {
        title: "Round trip of pipes",
        unit: "ms",
        help: "From RTCP.",
        queries: [q("max by (node) (rostrum_pipe_rtt_ms)", "{{node}}")],
      },
      {
        title: "Key frames asked of panelists",
        unit: "ops",
        help: "A second, by source: at most 2 per producer, however many people join.",
        queries: [q("sum by (source) (rate(rostrum_stage_key_frame_requests[1m]))", "{{source}}")],
      },
    ],
  },
  {
    title: "Machines",
    panels: [
      {
        title: "Busiest media worker",
        unit: "percentunit",
        help: "Share of one core. Above 0.9 an edge is given nobody while another can take them.",
        queries: [q("rostrum_media_worker_cpu_ratio", "{{node}}")],
      },
      {
        title: "Event loop delay, p99",
        unit: "s",
        help: "Of the last two seconds.",
        queries: [q("rostrum_event_loop_delay_p99_seconds", "{{node}}")],
      },
      {
        title: "Receivers by media worker",
        unit: "short",
        help: "One worker per core.",
        queries: [q("rostrum_receivers_by_worker", "{{node}} {{worker}}")],
      },
      {
        title: "Sent by media worker",
        unit: "bps",
        help: "To receivers, retransmissions included.",
        queries: [q("rostrum_worker_send_bits", "{{node}} {{worker}}")],
      },
      {
        title: "API",
        unit: "s",
        help: "p95 by procedure.",
        queries: [
          q("histogram_quantile(0.95, sum by (le, path) (rate(rostrum_api_seconds_bucket[1m])))", "{{path}}"),
        ],
      },
    ],
  },
];

const columns = 4;
const size = { w: 24 / columns, h: 8 };
const source = { type: "prometheus", uid: "${datasource}" };

const panelOf = (panel: Panel, at: { x: number; y: number; id: number }) => ({
  id: at.id,
  type: "timeseries",
  title: panel.title,
  description: panel.help,
  datasource: source,
  gridPos: { ...size, x: at.x, y: at.y },
  fieldConfig: {
    defaults: { unit: panel.unit, min: 0, custom: { fillOpacity: 10, showPoints: "never" } },
    overrides: [],
  },
  options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
  targets: panel.queries.map(({ expr, legend }, i) => ({
    refId: String.fromCharCode(65 + i),
    datasource: source,
    expr,
    legendFormat: legend,
  })),
});

const panels = rows.flatMap(({ title, panels: own }, row) => {
  const y = row * (size.h + 1);
  const header = {
    id: row * 100 + 1,
    type: "row",
    title,
    collapsed: false,
    gridPos: { x: 0, y, w: 24, h: 1 },
    panels: [],
  };
  return [
    header,
    ...own.map((panel, i) => panelOf(panel, { x: i * size.w, y: y + 1, id: row * 100 + i + 2 })),
  ];
});

/** Every expression, so that a test can hold the names against what services expose. */
export const expressions: string[] = rows.flatMap(({ panels: own }) =>
  own.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
);

export const dashboard = {
  uid: "rostrum",
  title: "Rostrum",
  tags: ["rostrum"],
  schemaVersion: 39,
  editable: true,
  refresh: "10s",
  time: { from: "now-1h", to: "now" },
  templating: {
    list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Data source" }],
  },
  panels,
};
