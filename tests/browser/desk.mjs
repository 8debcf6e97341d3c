/**
 * A desk for a test: the real binary on a free port with an empty data folder of its own, and a real Chromium.
 *
 * `KAKEKOMI_BIN` names the binary, else `target/release/kakekomi` of this workspace; `CHROMIUM` the browser, else
 * the one of the path.
 */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const BINARY =
  process.env.KAKEKOMI_BIN ?? fileURLToPath(new URL("../../target/release/kakekomi", import.meta.url));

/** The longest time until a desk reports its address, or a process ends, in milliseconds. */
const PATIENCE = 60_000;

/**
 * The first two load a page of the address bar's in a process of its own for every window, a third of what a short test costs. Chromium
 * takes the last list alone, so the others are those of Playwright's list (chromiumSwitches.ts) that a page can notice.
 */
const DISABLED_FEATURES = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${DISABLED_FEATURES}`,
];

/** Starts a desk; `stop` ends it and removes its data. @param {string[]} [more] further arguments of `serve` */
export async function startDesk(more = []) {
  const data = mkdtempSync(join(tmpdir(), "kakekomi-browser-"));
  const server = spawn(BINARY, ["serve", "--listen", "127.0.0.1:0", "--data", data, ...more], {
    stdio: ["ignore", "ignore", "pipe"],
    // The disk of a machine that tests may be fuller than a desk's.
    env: { KAKEKOMI_EVIDENCE_MIN_FREE: "0", ...process.env },
  });
  let words = "";
  server.stderr.on("data", (piece) => {
    words += piece;
  });
  const stop = async () => {
    await terminate(server, "serve");
    for (const folder of [data, `${data}.keys`]) rmSync(folder, { recursive: true, force: true });
  };
  // The system chooses the port, and the desk reports it: a port that is found free here may be another test's by then.
  for (const limit = Date.now() + PATIENCE; ; await sleep(50)) {
    const base = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(words)?.[1];
    if (base) return { base, data, stop, cases: () => cases(data), words: () => words };
    if (server.exitCode === null && Date.now() < limit) continue;
    await stop();
    throw new Error(
      `serve ${server.exitCode === null ? `reports no address within ${PATIENCE} ms` : `ended with ${server.exitCode}`}\n${words}`,
    );
  }
}

/** Ends a process that a test started. @param {import("node:child_process").ChildProcess} process @param {string} name for the error */
export async function terminate(process, name) {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill("SIGTERM");
  await once(process, "exit", { signal: AbortSignal.timeout(PATIENCE) }).catch((failure) => {
    process.kill("SIGKILL");
    throw new Error(`${name} did not end within ${PATIENCE} ms of SIGTERM`, { cause: failure });
  });
}

/** The stored cases, as the command line lists them. @param {string} data */
function cases(data) {
  return JSON.parse(execFileSync(BINARY, ["cases", "list", "--json", "--data", data], { encoding: "utf8" }));
}

/** A port on which nobody listens now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export function launch() {
  const known = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return chromium.launch({ executablePath: known.find((path) => path && existsSync(path)), args: ARGUMENTS });
}
