/**
 * Hosts of one desk behind nginx, with the location of docs/evidence.md: two hosts on PostgreSQL, or one on SQLite.
 *
 *     const desk = await startDesk();           // startDesk(8090): with the pages of a server of the desk's own origin
 *     desk.base                 // nginx
 *     await desk.killOneHost(); // SIGKILL, and another process with the same address and data
 *     desk.patches()            // [{ path: "/v1/files/0f…", offset: 0, status: 204 }, …] as nginx has logged them
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const BINARY =
  process.env.KAKEKOMI_BIN ?? fileURLToPath(new URL("../../target/release/kakekomi", import.meta.url));
const DOCUMENT = new URL("../../docs/evidence.md", import.meta.url);
/** The longest time until a program answers, in milliseconds. */
const PATIENCE = 60_000;

/** @param {number} [pages] the port of a server whose pages are at /pages/ */
export async function startDesk(pages) {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-tus-"));
  const database = makeDatabase();
  const ports = await freePorts(database ? 3 : 2);
  const proxyPort = ports.pop();
  const hosts = ports.map((port) => ({ port, data: join(folder, `data-${port}`), process: undefined }));
  // Hosts of one database share keys and evidence files.
  const shared = ["--keys", join(folder, "keys"), "--evidence-url", join(folder, "evidence")];
  const start = async (host) => {
    const flags = ["serve", "--listen", `127.0.0.1:${host.port}`, "--data", host.data, ...shared, "--log", "warn"];
    const more = database ? ["--database-url", database.url] : [];
    const env = { ...process.env, KAKEKOMI_EVIDENCE_MIN_FREE: "0", KAKEKOMI_TRUSTED_PROXIES: "127.0.0.1" };
    host.process = spawn(BINARY, [...flags, ...more], { stdio: ["ignore", "ignore", "inherit"], env });
    await answers(`http://127.0.0.1:${host.port}/v1/desk`);
  };
  for (const host of hosts) await start(host);
  const nginx = startNginx(folder, proxyPort, ports, pages);
  const base = `http://127.0.0.1:${proxyPort}`;
  await answers(`${base}/v1/desk`);
  let turn = 0;
  return {
    base,
    port: proxyPort,
    folder,
    hosts: hosts.length,
    async killOneHost() {
      const host = hosts[turn++ % hosts.length];
      await end(host.process, "SIGKILL");
      await start(host);
    },
    patches: () => patches(join(folder, "nginx/access")),
    /** Files that nginx has written bodies into. */
    bodies: () => readdirSync(join(folder, "nginx/bodies")),
    async stop() {
      await end(nginx, "SIGTERM");
      for (const host of hosts) await end(host.process, "SIGTERM");
      database?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Kills hosts while an upload runs, each after an equal share of its bytes; returns what the upload gives.
 *
 * @template T @param {Promise<T>} upload @param {{ bytes: number, kills: number }} plan
 */
export async function withKills(upload, desk, cutter, { bytes, kills }) {
  let isRunning = true;
  const ended = upload.finally(() => (isRunning = false));
  const killing = async () => {
    for (let kill = 1; kill <= kills; kill += 1) {
      while (cutter.passed < (kill * bytes) / (kills + 1) && isRunning) await sleep(5);
      if (!isRunning) return assert.fail(`the upload ended before kill ${kill}`);
      await desk.killOneHost();
    }
  };
  const [given] = await Promise.all([ended, killing()]);
  return given;
}

/** The location of the document in front of these hosts. */
function startNginx(folder, port, hosts, pages) {
  const home = join(folder, "nginx");
  mkdirSync(join(home, "bodies"), { recursive: true });
  const location = /<!-- step: nginx-location -->\s+```nginx\n([^`]*)```/.exec(readFileSync(DOCUMENT, "utf8"))[1];
  const lines = location.replaceAll("http://127.0.0.1:8080", "http://desk");
  assert.ok(lines.includes("http://desk"), location);
  const paths = ["proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${home}/${name};`).join("\n");
  writeFileSync(
    join(home, "conf"),
    `daemon off; pid ${home}/pid; error_log ${home}/errors; worker_processes 1;
    events { worker_connections 512; }
    http {
      client_body_temp_path ${home}/bodies;
      ${paths}
      log_format uploads '$request_method $uri $status $http_upload_offset';
      access_log ${home}/access uploads;
      upstream desk { ${hosts.map((host) => `server 127.0.0.1:${host} max_fails=0;`).join(" ")} }
      server {
        listen 127.0.0.1:${port};
        client_max_body_size 300k;
        location / { proxy_pass http://desk; }
        ${pages ? `location /pages/ { proxy_pass http://127.0.0.1:${pages}; proxy_buffering off; }` : ""}
        ${lines}
      }
    }`,
  );
  return spawn("nginx", ["-p", home, "-e", join(home, "errors"), "-c", join(home, "conf")], { stdio: "inherit" });
}

/** The requests with bytes, in the order in which they ended. */
function patches(log) {
  const lines = readFileSync(log, "utf8").split("\n");
  const found = lines.map((line) => /^PATCH (\S+) (\d+) (\d+)$/.exec(line)).filter(Boolean);
  return found.map(([, path, status, offset]) => ({ path, status: Number(status), offset: Number(offset) }));
}

/** A database on the server of the tests; undefined without one. */
function makeDatabase() {
  const server = process.env.KAKEKOMI_TEST_POSTGRES;
  if (!server) return undefined;
  const name = `tus_${process.pid}`;
  const run = (statement) =>
    execFileSync("psql", ["--quiet", "--dbname", `${server}/postgres`, "--command", statement]);
  run(`CREATE DATABASE ${name}`);
  return { url: `${server}/${name}`, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit", { signal: AbortSignal.timeout(PATIENCE) });
}

async function answers(url) {
  for (const limit = Date.now() + PATIENCE; ; await sleep(50)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > limit) throw new Error(`${url} does not answer within ${PATIENCE} ms`);
  }
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
