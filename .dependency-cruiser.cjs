/**
 * The import rule of docs/ARCHITECTURE.md §1, as lint errors. Each rule carries its reason.
 */
const ours = "^(packages/[^/]+|db|origin|sfu-edge|egress|web|load-tests)/";
/** Forbid `from` to reach any room of ours but the listed ones. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: `^${from}/` },
  to: { path: ours, pathNot: `^(${[from, ...allowed].join("|")})/` },
});
const door = (name, pkg, allowed, comment) => ({
  name: `one-door-${name}`,
  comment,
  severity: "error",
  from: { path: ours, pathNot: `${allowed}|\\.test\\.ts$|/test/` },
  to: { path: `node_modules/${pkg}/` },
});
const P = "packages/protocol";
const R = "packages/rules";
const PL = "packages/platform";
const S = "packages/sfu";

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "A cycle is one big file in disguise; pass a callback instead.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    only("protocol-stands-alone", P, [], "The wire is the contract everyone reads; it reads nobody."),
    only("rules-are-pure", R, [P], "Rules may know the wire's types and nothing else."),
    only("platform-knows-no-webinars", PL, [P], "Plumbing must serve any service."),
    only("db-knows-only-the-wire", "db", [P], "SQL stays in one room and drags nothing in."),
    only("sfu-below-services", S, [PL, P, R], "The toolkit is used by services, never the other way."),
    only("origin-alone", "origin", [S, PL, R, P], "Services talk over the wire; media nodes never see SQL."),
    only("edge-alone", "sfu-edge", [S, PL, R, P], "Services talk over the wire; media nodes never see SQL."),
    only(
      "egress-alone",
      "egress",
      [PL, R, P],
      "Egress receives RTP like anyone else; it needs neither mediasoup nor SQL.",
    ),
    only("web-alone", "web", ["db", PL, R, P], "The web app never touches media objects."),
    only("load-tests-from-outside", "load-tests", [P, R], "Tests that drive the product do so from outside."),
    {
      name: "browser-stays-light",
      comment: "Code for the browser must not pull in server packages.",
      severity: "error",
      from: { path: "^web/src/(live|ui|features)/" },
      to: { path: `^(db|${PL})/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-node-in-rules",
      comment: "Rules are pure: no I/O, no clock.",
      severity: "error",
      from: { path: `^(${R}|${P})/src`, pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    door(
      "ioredis",
      "ioredis",
      "^packages/platform/src/redis/",
      "Redis is reached through platform/redis only.",
    ),
    door(
      "sql",
      "(drizzle-orm|postgres)",
      "^(db/|load-tests/src/wire/(registration-)?ledger\\.ts$)",
      "Only db speaks SQL; the failure bench counts rows by itself, so that it does not believe what it tests.",
    ),
    door(
      "fluent-ffmpeg",
      "fluent-ffmpeg",
      "^egress/src/ffmpeg/command\\.ts$",
      "Archived upstream: replacing it must be one file.",
    ),
    door(
      "s3",
      "@aws-sdk",
      "^(egress/src/record/archive|web/src/server/deliveries/bucket)\\.ts$",
      "Our own copies are one file, organisations' buckets another.",
    ),
    door(
      "node-media-server",
      "node-media-server",
      "^egress/src/(rtmp/hub|encoders/rtmp-server)\\.ts$",
      "RTMP is one file for our own hub and one for encoders from outside, each in a process of its own.",
    ),
    door("hls", "hls\\.js", "^web/src/live/", "Playback lives in web/src/live."),
    door(
      "mediasoup-client",
      "mediasoup-client",
      "^web/src/live/",
      "WebRTC in the browser lives in web/src/live.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(\\.next|next-env\\.d\\.ts|load-tests/k6)" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
