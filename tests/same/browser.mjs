/**
 * A browser as an engine: `node browser.mjs chromium|firefox|webkit`. Frames in, frames out (engine/child.rs).
 *
 * No driver: the browser is started on a page of this process's own, which fetches each frame, answers it through the
 * page's glue, and posts the answers back. It ends with this process, which ends with its input.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frames, send } from "./frames.mjs";

/** The longest time until a browser asks for the first frame, and for one frame's answers (milliseconds). */
const PATIENCE = 180_000;

const file = (/** @type {string} */ name) => readFileSync(join(String(process.env.KAKEKOMI_MODULE), name));
const [wasm, glue] = [file("kakekomi.wasm"), file("kakekomi.js")];
const batch = readFileSync(new URL("./batch.mjs", import.meta.url), "utf8");

const PAGE = `<!doctype html><meta charset="utf-8"><title>kakekomi same</title><script type="module">
import * as glue from "/glue.js";
import { answer, pageFace } from "/batch.js";
try {
  await glue.default({ module_or_path: "/kakekomi.wasm" });
  for (;;) {
    const asked = await fetch("/frame");
    if (asked.status !== 200) break;
    const frame = new Uint8Array(await asked.arrayBuffer());
    await fetch("/answer", { method: "POST", body: answer(pageFace(glue), frame) });
  }
} catch (failure) {
  await fetch("/failure", { method: "POST", body: String(failure?.stack ?? failure) });
}
</script>`;

/** The page's last request, until there is a frame. @type {((frame: Buffer | null) => void) | null} */
let ask = null;
/** @type {((answer: Buffer) => void) | null} */
let answered = null;
/** Frames that came before the page asked. @type {(Buffer | null)[]} */
const waiting = [];

const server = createServer(async (request, response) => {
  const reply = (/** @type {string} */ type, /** @type {string | Buffer} */ body, status = 200) => {
    response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
    response.end(body);
  };
  switch (request.url) {
    case "/":
      return reply("text/html; charset=utf-8", PAGE);
    case "/glue.js":
      return reply("text/javascript", glue);
    case "/batch.js":
      return reply("text/javascript", batch);
    case "/kakekomi.wasm":
      return reply("application/wasm", wasm);
    case "/frame": {
      const frame = waiting.length
        ? waiting.shift()
        : await new Promise((resolve) => {
            ask = resolve;
          });
      return frame ? reply("application/octet-stream", frame) : reply("text/plain", "", 410);
    }
    case "/answer": {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      reply("text/plain", "");
      return answered?.(Buffer.concat(pieces));
    }
    case "/failure": {
      let words = "";
      for await (const piece of request) words += piece;
      console.error(`${process.argv[2]}: ${words}`);
      process.exit(1);
    }
    default:
      return reply("text/plain", "", 404);
  }
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1");
await once(server, "listening");

const folder = mkdtempSync(join(tmpdir(), "kakekomi-same-"));
const browser = start(process.argv[2], `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/`);
const ended = once(browser, "exit").then(([code]) => {
  console.error(`${process.argv[2]}: it ended by itself with ${code}`);
  process.exit(1);
});

for await (const frame of frames(process.stdin)) {
  const answer = new Promise((resolve) => {
    answered = resolve;
  });
  give(frame);
  const late = setTimeout(() => {
    console.error(`${process.argv[2]}: no answer`);
    process.exit(1);
  }, PATIENCE);
  send(await Promise.race([answer, ended]));
  clearTimeout(late);
}
give(null);
browser.removeAllListeners("exit");
const gone = new Promise((resolve) => browser.on("close", resolve));
stop();
await gone;
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
process.exit(0);

/** @param {Buffer | null} frame */
function give(frame) {
  if (!ask) return waiting.push(frame);
  ask(frame);
  ask = null;
}

/** Starts a browser in a process group of its own, so that all of it ends. @param {string} name @param {string} address */
function start(name, address) {
  const [program, ...more] = command(name, address);
  return spawn(program, more, {
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
    env: { ...process.env, ...environment(name) },
  });
}

function stop() {
  try {
    process.kill(-Number(browser.pid), "SIGKILL");
  } catch {
    /* it has gone already */
  }
}
process.on("exit", stop);
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => process.exit(1));

/** @param {string} name @param {string} address @returns {string[]} */
function command(name, address) {
  switch (name) {
    case "chromium":
      return [
        first([process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]),
        "--headless=new",
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-gpu",
        "--disable-renderer-backgrounding",
        "--disable-background-timer-throttling",
        `--user-data-dir=${folder}`,
        address,
      ];
    case "firefox":
      // No first-run page before ours, and nothing that calls home.
      writeFileSync(
        join(folder, "user.js"),
        [
          ["browser.startup.homepage_override.mstone", "ignore"],
          ["datareporting.policy.dataSubmissionEnabled", false],
          ["browser.aboutwelcome.enabled", false],
          ["app.update.enabled", false],
          ["network.captive-portal-service.enabled", false],
        ]
          .map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`)
          .join(""),
      );
      return [
        first([process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"]),
        "--headless",
        "--no-remote",
        "--profile",
        folder,
        address,
      ];
    case "webkit":
      return [
        "xvfb-run",
        "-a",
        first([
          process.env.WEBKIT,
          ...["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
        ]),
        "--private",
        address,
      ];
    default:
      throw new Error(`there is no browser ${name}`);
  }
}

/** @param {string} name @returns {Record<string, string>} */
function environment(name) {
  // WebKit's sandbox does not start as root, the usual user in a container.
  return name === "webkit" && process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {};
}

/** @param {(string | undefined)[]} paths */
function first(paths) {
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error(`none of ${paths.filter(Boolean).join(", ")} is here: scripts/install-test-tools.sh`);
  return found;
}
