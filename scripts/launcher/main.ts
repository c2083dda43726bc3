/** `./rostrum COMMAND`: what the shell script hands over to once Node and the dependencies are there. */
import { parseArgs } from "node:util";
import { Progress } from "./progress.ts";
import { readSettings } from "./settings.ts";
import { explain, Trouble } from "./trouble.ts";

const usage = `Usage: ./rostrum COMMAND

  up [--no-restart NAME]...   start everything on this machine; Ctrl-C stops it
  demo                        the same, with a live webinar and synthetic panelists on stage
  down                        stop what runs
  doctor                      check this machine, the media worker, and what runs
  test [FILTER]               every check: lint, types, unit, real parts, end to end
  load [K6 ARGUMENTS]         k6 registers people and lets them vote against what runs
  bench NAME [--short] [--json]
                              measure: slice, audience, joins, kills, path, programme, registration, relief, svc

Settings are environment variables; docs/operations.md lists them.
`;

async function run(argv: string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case "up":
    case "demo": {
      const { values } = parseArgs({
        args: rest,
        options: { "no-restart": { type: "string", multiple: true } },
      });
      const { up } = await import("./up.ts");
      return up(readSettings(process.env, { noRestart: values["no-restart"] }), new Progress(), {
        live: command === "demo",
      });
    }
    case "down": {
      const { down } = await import("./down.ts");
      return down(readSettings(process.env), new Progress());
    }
    case "doctor": {
      const { doctor } = await import("./doctor.ts");
      return doctor(readSettings(process.env), new Progress());
    }
    case "test": {
      const { test } = await import("./test.ts");
      return test(readSettings(process.env), new Progress(), rest);
    }
    case "load": {
      const { load } = await import("./load.ts");
      return load(readSettings(process.env), new Progress(), rest);
    }
    case "bench": {
      const { bench } = await import("./bench.ts");
      return bench(readSettings(process.env), new Progress(), rest);
    }
    case undefined:
    case "help":
    case "--help":
    case "-h":
      process.stdout.write(usage);
      return command === undefined ? 64 : 0;
    default:
      throw new Trouble(`there is no command "${command}"`, "./rostrum help lists them");
  }
}

try {
  process.exit(await run(process.argv.slice(2)));
} catch (error) {
  const own =
    error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`rostrum: ${own ? error.message : explain(error)}\n`);
  process.exit(own ? 64 : 1);
}
