/**
 * WebKit, Safari's engine, as WebKitGTK ships it: its own WebDriver (W3C, over HTTP) on a screen that nobody sees.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, terminate } from "./desk.mjs";
import { framed, KEYS, Tab } from "./tab.mjs";

export const WEBKIT_DRIVER = "WebKitWebDriver";
const PLACES = ["x86_64-linux-gnu", "aarch64-linux-gnu", "."].map(
  (machine) => `/usr/lib/${machine}/webkit2gtk-4.1/MiniBrowser`,
);
export const MINI_BROWSER =
  [process.env.MINI_BROWSER, ...PLACES, "/usr/libexec/webkit2gtk-4.1/MiniBrowser"].find(
    (path) => path && existsSync(path),
  ) ?? "";

const SCREEN = { width: 1400, height: 1000 };
/** The longest time until the driver begins, and for one command, in milliseconds. */
const PATIENCE = 60_000;
/** The longest time of a script in milliseconds: one whose document is left meanwhile never answers, and is asked again. */
const SCRIPT_PATIENCE = 10_000;
/** The characters that an error quotes of a command and of the driver's output. */
const WORDS_MAX = 1_000;
/** The browser's own bar would keep its window wider than a phone. */
const NARROW =
  "* { min-width: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; -gtk-icon-transform: scale(0.2); }";

/** A driver that hangs is replaced before the next session, so that it fails one test and not all that follow. */
export async function launch() {
  let driver = await startDriver();
  const newSession = async (given) => {
    if (driver.hangs()) {
      await driver.close();
      driver = await startDriver();
    }
    return newContext(driver.call, given);
  };
  return { newContext: newSession, close: () => driver.close() };
}

async function startDriver() {
  const settings = mkdtempSync(join(tmpdir(), "kakekomi-webkit-"));
  mkdirSync(join(settings, "gtk-3.0"));
  writeFileSync(join(settings, "gtk-3.0", "gtk.css"), NARROW);
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn(WEBKIT_DRIVER, [`--port=${port}`], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      DISPLAY: screen.display,
      XDG_CONFIG_HOME: settings,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
  });
  // The browser writes here as well, and the driver does not report that a browser ended before it could be reached.
  let words = "";
  let hangs = false;
  driver.stderr.on("data", (piece) => {
    words = (words + piece).slice(-WORDS_MAX);
  });
  const ended = () => driver.exitCode !== null || driver.signalCode !== null;
  const call = (method, path, body) =>
    ask(`http://127.0.0.1:${port}`, method, path, body).catch((failure) => {
      hangs ||= [failure, failure.cause].some((one) => one?.name === "TimeoutError");
      throw new Error(`${failure.message}\n${words}`, { cause: failure });
    });
  const close = async () => {
    await terminate(driver, WEBKIT_DRIVER);
    await terminate(screen.process, "Xvfb");
    rmSync(settings, { recursive: true, force: true });
  };
  for (const limit = Date.now() + PATIENCE; !(await call("GET", "/status").catch(() => null)); await sleep(50)) {
    if (Date.now() < limit && !ended()) continue;
    await close();
    throw new Error(`${WEBKIT_DRIVER} does not answer\n${words}`);
  }
  return { call, close, hangs: () => hangs || ended() };
}

/** Starts an X server that nobody sees. */
async function startScreen() {
  // Without `-noreset` it starts anew when its last client leaves, as the browser of each session does, and the browser
  // of the next session finds no display meanwhile.
  const server = spawn(
    "Xvfb",
    ["-displayfd", "1", "-screen", "0", `${SCREEN.width}x${SCREEN.height}x24`, "-nolisten", "tcp", "-noreset"],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const [number] = await once(server.stdout, "data", { signal: AbortSignal.timeout(PATIENCE) }).catch((failure) => {
    server.kill();
    throw new Error("Xvfb does not name its display", { cause: failure });
  });
  return { process: server, display: `:${String(number).trim()}` };
}

/** A session is a browser of its own, without anything kept from another. */
async function newContext(call, { viewport = { width: 1280, height: 900 } } = {}) {
  const options = { binary: MINI_BROWSER, args: ["--automation"] };
  const { sessionId } = await call("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  });
  const session = (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
  await session("POST", "/timeouts", { script: SCRIPT_PATIENCE });
  // Without a window manager the window under the pointer has the focus, and the pointer waits in the middle of the screen.
  const resize = ({ width, height }) =>
    session("POST", "/window/rect", { x: (SCREEN.width - width) / 2, y: (SCREEN.height - height) / 2, width, height });
  await resize(viewport);
  const tab = new Tab({
    run: (code, argument) => run(session, code, argument),
    press: (x, y) =>
      act(session, "pointer", [
        { type: "pointerMove", x, y, origin: "viewport" },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ]),
    key: (name) => type(session, KEYS[name]),
    type: (text) => type(session, text),
    visit: (address) => session("POST", "/url", { url: address }),
    resize,
    setInputFiles: async (selector, path) => {
      const [element] = Object.values(await session("POST", "/element", { using: "css selector", value: selector }));
      await session("POST", `/element/${element}/value`, { text: path });
    },
    frame: () =>
      framed(async (code, argument) => {
        const script = 'return document.querySelector("kakekomi-form").shadowRoot.querySelector("iframe");';
        await session("POST", "/frame", { id: await session("POST", "/execute/sync", { script, args: [] }) });
        return run(session, code, argument).finally(() => session("POST", "/frame", { id: null }));
      }),
    // WebDriver tells of no errors of scripts.
    on: () => undefined,
  });
  const inner = await tab.evaluate(() => innerWidth);
  if (inner !== viewport.width) throw new Error(`the window is ${inner} wide, not ${viewport.width}`);
  return { newPage: async () => tab, close: () => session("DELETE", "") };
}

async function run(session, code, argument) {
  const script = `const [given, done] = arguments;
    (async () => (${code})(given.argument))().then((value) => done({ value }), (failure) => done({ failure: String(failure?.stack ?? failure) }));`;
  const { value, failure } = await session("POST", "/execute/async", { script, args: [{ argument }] });
  if (failure) throw new Error(failure);
  return value;
}

function type(session, text) {
  return act(
    session,
    "key",
    [...text].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]),
  );
}

function act(session, kind, actions) {
  return session("POST", "/actions", { actions: [{ type: kind, id: kind, actions }] });
}

/** One command of W3C WebDriver. */
async function ask(base, method, path, body) {
  const command = `${method} ${path} ${JSON.stringify(body ?? {}).slice(0, WORDS_MAX)}`;
  const answer = await fetch(base + path, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  }).catch((failure) => {
    throw new Error(`${WEBKIT_DRIVER} did not answer within ${PATIENCE} ms: ${command}`, { cause: failure });
  });
  const { value } = await answer.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}: ${command}`);
  return value;
}
