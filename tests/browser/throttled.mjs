/**
 * Part of `make bench`: a first visit on a slow phone, in a real Chromium over its DevTools protocol.
 *
 * Prints requests, bytes and origins of a first visit, the time until the first step can be filled in (the documents are
 * agreed to the moment they can be), and the long tasks while somebody types on the next: by the clock, as a browser counts
 * them, and by the processor's time, which does not grow with the machine's other work. The slowing-down is in
 * both: Chromium slows a thread down by keeping it busy.
 */

import { launch, startDesk } from "./desk.mjs";
import { field, step } from "./applicant.mjs";

/** 1.6 Mbit/s down, 0.75 up, 150 ms to and fro: what Lighthouse calls slow 4G. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER = 4;
const VISITS = 5;
/** A task that keeps a key waiting, in milliseconds. */
const LONG = 50;
const WORDS = "共有フォルダのファイルが開けず、脅迫文が置かれている。nothing opens any more.";

const desk = await startDesk();
const browser = await launch();
try {
  await packed(desk.base);
  const visits = [];
  for (let count = 0; count < VISITS; count += 1) visits.push(await visit());
  const { requests, bytes, origins } = visits[0];
  print("first visit, as the browser counts", `${bytes} bytes with all heads, ${requests} requests, ${origins} origin`);
  print("documents can be agreed to", `${median(visits.map((one) => one.documents))} ms (median of ${VISITS})`);
  print(
    "first step can be filled in",
    `${median(visits.map((one) => one.step))} ms (median of ${VISITS}; ${visits.map((one) => one.step).join(", ")}; aim 2500)`,
  );
  const keys = `${VISITS} × ${2 * WORDS.length} keys (aim 0)`;
  const long = visits.flatMap((one) => one.long);
  print(
    `tasks over ${LONG} ms while typing`,
    `${long.length} in ${keys}${long.length ? `: ${long.join(", ")} ms` : ""}`,
  );
  const busy = visits.flatMap((one) => one.busy);
  print(
    "the same, of the processor's time",
    `${busy.filter((one) => one > LONG).length} in ${keys}, the longest ${Math.max(...busy)} ms`,
  );
} finally {
  await browser.close();
  await desk.stop();
}

/** A visitor of a later hour: the desk has packed its files by then, the module last. @param {string} base */
async function packed(base) {
  const { module } = await (await fetch(`${base}/v1/desk`)).json();
  const address = `${base}/module/${module.replace("sha256:", "")}.wasm`;
  while (!(await fetch(address, { headers: { "Accept-Encoding": "br" } })).headers.get("content-encoding")) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function visit() {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const protocol = await context.newCDPSession(page);
  const seen = watched(protocol);
  await protocol.send("Network.enable");
  await protocol.send("Network.emulateNetworkConditions", NETWORK);
  await protocol.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(timed);
  await page.goto(desk.base);
  await page.waitForFunction(() => globalThis.times?.step, null, { timeout: 60_000 });
  const times = await page.evaluate(() => globalThis.times);
  await page.waitForLoadState("networkidle");
  await step(page, "contact");
  const long = [];
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  for (const path of ["/contact/company", "/contact/person"]) {
    await field(page, path).focus();
    await page.evaluate(() => {
      globalThis.tasks.takeRecords();
      globalThis.long.length = 0;
    });
    await page.keyboard.type(WORDS, { delay: 40 });
    // The check comes when the typing pauses.
    await page.waitForTimeout(1_500);
    long.push(...(await page.evaluate(() => globalThis.long)));
  }
  const busy = busyTasks(JSON.parse(await browser.stopTracing()).traceEvents);
  await context.close();
  return { ...times, long: long.filter((one) => one > LONG), busy, ...seen() };
}

/** The processor's time of each task on the thread on which the keys arrived, in milliseconds. */
function busyTasks(events) {
  const key = events.find((one) => one.name === "EventDispatch" && one.args.data.type === "keydown");
  const there = events.filter(
    (one) => one.pid === key.pid && one.tid === key.tid && one.name.endsWith("RunTask") && one.tdur > 0,
  );
  return there.map((one) => Math.round(one.tdur / 1000));
}

/** The bytes that went over the network until now, without requests that need none. */
function watched(protocol) {
  const requests = new Map();
  protocol.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (request.url.startsWith("http")) requests.set(requestId, { url: request.url, bytes: 0 });
  });
  protocol.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
    Object.assign(requests.get(requestId) ?? {}, { bytes: encodedDataLength }),
  );
  return () => {
    const first = [...requests.values()].filter(
      ({ url }, index, all) => all.findIndex((other) => other.url === url) === index,
    );
    return {
      requests: first.length,
      bytes: first.reduce((sum, one) => sum + one.bytes, 0),
      origins: new Set(first.map((one) => new URL(one.url).origin)).size,
    };
  };
}

/** Runs in the page before anything else: notes when each screen was painted, and agrees at once. */
function timed() {
  const times = {};
  globalThis.times = {};
  globalThis.long = [];
  globalThis.tasks = new PerformanceObserver((list) =>
    globalThis.long.push(...list.getEntries().map((entry) => Math.round(entry.duration))),
  );
  globalThis.tasks.observe({ type: "longtask" });
  const look = () => {
    const button = document.querySelector("button#agree");
    if (!times.documents && button) {
      times.documents = Math.round(performance.now());
      button.click();
    } else if (times.documents && document.querySelector('[name="field-incident-ongoing"]')) {
      times.step = Math.round(performance.now());
      globalThis.times = times;
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function print(what, words) {
  console.log(`${what.padEnd(36)} ${words}`);
}
