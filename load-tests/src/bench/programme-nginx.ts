import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../e2e/runner.ts";

/** Debian puts it where a normal user's PATH does not look. */
const candidates = ["nginx", "/usr/sbin/nginx"];

const template = new URL("../../../deploy/nginx/hls.conf", import.meta.url);

/** deploy/nginx/hls.conf as it is, what an nginx of its own needs around it, and files to compare with. */
function configuration(folder: string, port: number, origin: URL): string {
  const cache = readFileSync(template, "utf8")
    .replace(/\bEGRESS;/, `${origin.host};`)
    .replace(/\bLISTEN\b(?= backlog)/, `127.0.0.1:${port}`)
    .replace(/\bCACHE\b(?= levels)/, `${folder}/cache`);
  return `
${process.getuid?.() === 0 ? "user root; " : ""}daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid ${folder}/pid; error_log ${folder}/error.log warn;
events { worker_connections 10000; }
http {
  log_format asked '$upstream_status $uri?$args';
  map $upstream_status $passed { default 1; "" 0; }
  access_log ${folder}/asked.log asked buffer=64k flush=1s if=$passed;
  sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  ${cache}
  server {
    listen 127.0.0.1:${port + 1};
    access_log off;
    location /files/ { alias ${folder}/files/; }
  }
}
`;
}

/** What went past the cache to egress, by nginx's own log. */
export type Asked = {
  /** Requests per different part or segment. */
  perPart: number;
  parts: number;
  /** Requests per different answer to a blocking reload. */
  perPlaylist: number;
  playlists: number;
};

/** An nginx in front of egress. Undefined when there is none on this machine. */
export class Nginx {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(origin: URL, port: number): Promise<Nginx | undefined> {
    const binary = candidates.find((name) => spawnSync(name, ["-v"]).status === 0);
    if (!binary) return undefined;
    const folder = mkdtempSync(path.join(tmpdir(), "rostrum-nginx-"));
    const file = path.join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, port, origin));
    const child = spawn(binary, ["-c", file, "-p", folder], { stdio: ["ignore", 2, 2] });
    const nginx = new Nginx(child, folder, port);
    await until("nginx answers", 10_000, async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
      return fetch(nginx.url).then(
        () => true,
        () => false,
      );
    });
    return nginx;
  }

  /** A server of the same nginx that sends files from disk. */
  get filesUrl(): string {
    return `http://127.0.0.1:${Number(new URL(this.url).port) + 1}`;
  }

  /** Everything that was passed on since the start. Waits for nginx to write it down. */
  async asked(): Promise<Asked> {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // `-`: one that left while it waited for the cache's lock.
    const lines = readFileSync(path.join(this.folder, "asked.log"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("-"));
    // The same under the access before: twice at the turn.
    const addresses = lines.map((line) =>
      line.slice(line.indexOf(" ") + 1).replace(/\/\d{9,12}\.[\w-]{43}\//, "/"),
    );
    const count = (pattern: RegExp): { all: number; different: number } => {
      const found = addresses.filter((address) => pattern.test(address));
      return { all: found.length, different: new Set(found).size };
    };
    const media = count(/\/(part|seg)-[\d-]+\.m4s/);
    const reloads = count(/_HLS_msn=/);
    return {
      perPart: media.all / Math.max(1, media.different),
      parts: media.different,
      perPlaylist: reloads.all / Math.max(1, reloads.different),
      playlists: reloads.different,
    };
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    if (this.#child.exitCode === null) await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
