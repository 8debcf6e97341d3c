/**
 * A desk whose page runs by a wall clock that a test sets, in any engine: `Date` is moved, as by a person who sets the clock of the
 * device; the monotonic clock goes on as it does then.
 *
 *     const proxy = await openClockedProxy(desk.base);
 *     proxy.ahead = 86_400_000;                         // the clock of every document that is loaded from now on
 *     await setClock(page, -360_000);                  // of the one that is shown, and of those after it
 *     await passTime(page, 59_000);                    // both clocks of the one that is shown are later, and its timers run that are due
 *     Object.assign(proxy, { time, opening, calendar });  // the desk's own time, if it is not the present, with its hours
 */

import { openProxy } from "./proxy.mjs";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** The errors of clocks: ± 6 minutes, ± 1 day, ± 6 years. */
export const SHIFTS = [6 * MINUTE, -6 * MINUTE, DAY, -DAY, 6 * 365 * DAY, -6 * 365 * DAY];

const CLOCK = `(() => {
  const { now } = Date;
  const { setTimeout, clearTimeout } = globalThis;
  const monotonic = performance.now.bind(performance);
  const timers = new Map();
  let ahead = Number(sessionStorage.getItem("test.ahead") ?? "{{ahead}}");
  let passed = 0;
  globalThis.Date = class extends Date {
    constructor(...given) { given.length ? super(...given) : super(Date.now()); }
    static now() { return now() + ahead + passed; }
  };
  performance.now = () => monotonic() + passed;
  globalThis.setTimeout = (run, delay = 0, ...given) => {
    const timer = { due: performance.now() + delay, run: () => { timers.delete(id); run(...given); } };
    const id = timer.id = setTimeout(timer.run, delay);
    timers.set(id, timer);
    return id;
  };
  globalThis.clearTimeout = (id) => {
    clearTimeout(timers.get(id)?.id ?? id);
    timers.delete(id);
  };
  globalThis.setClock = (other) => { ahead = other; sessionStorage.setItem("test.ahead", other); };
  globalThis.passTime = async (time) => {
    passed += time;
    const due = [...timers.values()].filter((timer) => timer.due <= performance.now());
    for (const timer of timers.values()) {
      clearTimeout(timer.id);
      timer.id = setTimeout(timer.run, timer.due - performance.now());
    }
    // The timers that are due come before this one, as they were set before it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return due.length;
  };
})();`;

/** @param {string} base of the desk */
export async function openClockedProxy(base) {
  const proxy = await openProxy(base);
  Object.assign(proxy, { ahead: 0, time: null, opening: null, calendar: {}, lost: 0 });
  proxy.change = (path, answer) => {
    if (path === "/")
      answer.body = Buffer.from(String(answer.body).replace("<head>", '<head><script src="/page/clock.js"></script>'));
    if (path === "/page/clock.js")
      Object.assign(answer, {
        status: 200,
        headers: { "content-type": "text/javascript" },
        body: Buffer.from(CLOCK.replace("{{ahead}}", String(proxy.ahead))),
      });
    if (path === "/v1/desk" && proxy.time !== null)
      answer.body = Buffer.from(JSON.stringify(atTime(JSON.parse(String(answer.body)), proxy)));
    if (path === "/v1/submissions" && proxy.lost-- > 0)
      Object.assign(answer, { status: 502, headers: {}, body: Buffer.from("") });
  };
  return proxy;
}

/** The desk's answer at another time. */
function atTime(answer, { time, opening, calendar }) {
  return {
    ...answer,
    now: time,
    opening: { ...answer.opening, ...opening },
    context: { ...answer.context, now: time, calendar: { ...answer.context.calendar, ...calendar } },
  };
}

/** Sets the clock of the page's device. @param {any} page @param {number} ahead milliseconds */
export function setClock(page, ahead) {
  return page.evaluate((ahead) => globalThis.setClock(ahead), ahead);
}

/** Lets time pass in the page. @param {any} page @param {number} time milliseconds @returns {Promise<number>} how many timers were due */
export function passTime(page, time) {
  return page.evaluate((time) => globalThis.passTime(time), time);
}
