import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../e2e/runner.ts";

/** Debian puts it where a normal user's PATH does not look. */
const candidates = ["nginx", "/usr/sbin/nginx"];

/** The plain cache that docs/operations.md describes: nothing in it knows of HLS. */
const configuration = (folder: string, port: number, origin: URL): string => `
${process.getuid?.() === 0 ? "user root; " : ""}daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid ${folder}/pid; error_log ${folder}/error.log warn;
events { worker_connections 10000; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=hls:16m max_size=1g inactive=5m use_temp_path=off;
  upstream egress { server ${origin.host}; keepalive 64; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location /hls/ {
      proxy_pass http://egress;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache hls;
      proxy_cache_key $uri$is_args$args;
      proxy_cache_lock on;
      proxy_cache_lock_timeout 10s;
      proxy_cache_lock_age 10s;
      proxy_read_timeout 15s;
    }
    location /files/ { alias ${folder}/files/; }
  }
}
`;

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

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    if (this.#child.exitCode === null) await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
