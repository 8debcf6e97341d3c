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
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const BINARY = process.env.KAKEKOMI_BIN ?? fileURLToPath(new URL("../../target/release/kakekomi", import.meta.url));

/** How long a desk may take to answer for the first time, in milliseconds. */
const PATIENCE = 60_000;

/**
 * The first two load a page of the address bar's in a process of its own for every window, a third of what a short test costs. Chromium
 * takes the last list alone, so the others are those of Playwright's list (chromiumSwitches.ts) that a page can notice.
 */
const DISABLED_FEATURES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
  "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"];
const ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", `--disable-features=${DISABLED_FEATURES}`];

/** Starts a desk; `stop` ends it and removes its data. @param {string[]} [more] further arguments of `serve` */
export async function startDesk(more = []) {
  const data = mkdtempSync(join(tmpdir(), "kakekomi-browser-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const server = spawn(BINARY, ["serve", "--listen", listen, "--data", data, ...more], { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  server.stderr.on("data", (piece) => { words += piece; });
  const base = `http://${listen}`;
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await answering(base, server);
  } catch (failure) {
    await stop();
    throw new Error(`${failure.message}\n${words}`);
  }
  return { base, data, stop, cases: () => cases(data) };
}

/** The stored cases, as the command line lists them. @param {string} data */
function cases(data) {
  return JSON.parse(execFileSync(BINARY, ["cases", "list", "--json", "--data", data], { encoding: "utf8" }));
}

/** @param {string} base @param {import("node:child_process").ChildProcess} server */
async function answering(base, server) {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    if (server.exitCode !== null) throw new Error(`serve ended with ${server.exitCode}`);
    const answer = await fetch(`${base}/v1/desk`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the desk does not answer");
}

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
