/**
 * A partner's site for a test: pages of another origin than the desk's, which hold the form in one way or another.
 *
 *     const site = await startSite();                               // http://localhost:41001
 *     const desk = await startDesk(["--desk", site.profile]);       // a desk that knows it by pk_test_site
 *     await page.goto(site.page({ desk: desk.base, mode: "inline", strict: true }));
 */

import { once } from "node:events";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Two keys of the site, and one whose pages are elsewhere. */
export const KEY = "pk_test_site";
export const SECOND_KEY = "pk_test_second";
export const OTHER_KEY = "pk_live_elsewhere";

/** Listens before the element is there, as a partner's script does, and records the events. */
const LISTENER = `window.heard = [];
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));
for (const type of ["ready", "step", "error", "submitted"]) {
  document.addEventListener("kakekomi-" + type, (event) => heard.push([type, event.detail, event.bubbles && event.composed]));
}`;

/** The number of characters above a form that is far below the view: text of the body itself, whose height no style of all elements removes. */
const FAR = 8_000;

/** A browser whose storage is switched off. */
const BLOCKED = `<script>for (const kind of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(globalThis, kind, { get() { throw new DOMException("blocked", "SecurityError"); } });
}</script>`;

/** A page whose timers run ten times as fast, so that long timeouts end soon. */
const HASTY = `<script>{
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, delay = 0, ...given) => setTimeout(run, delay / 10, ...given);
}</script>`;

const HOSTILE = readFileSync(join(ROOT, "www/partners/hostile.css"), "utf8");

/** A tab of its own, closed with the test. @param {any} t @param {any} browser @returns {Promise<any>} */
export async function openTab(t, browser, viewport = { width: 1280, height: 800 }) {
  const context = await browser.newContext({ viewport });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

/**
 * Waits until a partner's page heard exactly `count` events of a type, or any.
 *
 * @param {any} page @param {string} type @param {number} [count]
 */
export function untilHeard(page, type, count) {
  const enough = ({ type, count }) => {
    const { length } = globalThis.heard.filter(([name]) => name === type);
    return count === undefined ? length > 0 : length === count;
  };
  return page.waitForFunction(enough, { type, count });
}

/** The detail of the first event of a type, once it came. @param {any} page @param {string} type */
export async function heard(page, type) {
  await untilHeard(page, type);
  return page.evaluate((type) => globalThis.heard.find(([name]) => name === type)[1], type);
}

/** @param {Record<string, string>} [files] further files by path, text */
export async function startSite(files = {}) {
  const pages = new Map(
    Object.entries({ "/site.js": LISTENER, "/hostile.css": HOSTILE, "/sent": "sent", ...files }).map(([path, text]) => [
      path,
      { text, policy: "" },
    ]),
  );
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const found = pages.get(pathname);
    const kind = pathname.endsWith(".js")
      ? "text/javascript"
      : pathname.endsWith(".css")
        ? "text/css"
        : "text/html; charset=utf-8";
    answer.writeHead(found ? 200 : 404, {
      "content-type": kind,
      "cache-control": "no-store",
      ...(found?.policy && { "content-security-policy": found.policy }),
      ...found?.headers,
    });
    answer.end(found?.text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const origin = `http://localhost:${port}`;
  const profile = deskOf(origin);
  return {
    origin,
    port,
    profile,
    page: (given) => {
      const path = `/${pages.size}.html`;
      pages.set(path, pageOf(given));
      return origin + path;
    },
    put: (path, text, policy = "", headers = {}) => pages.set(path, { text, policy, headers }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The example desk with the site among its partners. @param {string} origin */
function deskOf(origin) {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-partners-"));
  cpSync(join(ROOT, "host/desk"), folder, { recursive: true });
  const partner = (key, of) =>
    `\n[[partner]]\nkey = "${key}"\nname = { ja = "れい", en = "Rei" }\norigins = ["${of}"]\n`;
  appendFileSync(
    join(folder, "desk.toml"),
    partner(KEY, origin) + partner(SECOND_KEY, origin) + partner(OTHER_KEY, "https://elsewhere.example.jp"),
  );
  return folder;
}

/**
 * A page with the form in it.
 *
 * @param {{ desk: string, mode?: "frame" | "inline", view?: string, key?: string | string[], lang?: string, strict?: boolean, hostile?: boolean, form?: boolean,
 *   below?: boolean, script?: string, from?: string, count?: number, wasm?: boolean, style?: string, blocked?: boolean, hasty?: boolean }} given
 *   whose storage may be `blocked`, and whose timers may be `hasty`
 */
function pageOf({
  desk,
  mode = "frame",
  view = "",
  key = KEY,
  lang = "ja",
  strict,
  hostile,
  form,
  below,
  script = `${desk}/embed/1/kakekomi.js`,
  from,
  count = 1,
  wasm = true,
  style = "",
  blocked = false,
  hasty = false,
}) {
  const needs =
    mode === "inline"
      ? `script-src 'self' ${desk}${wasm ? " 'wasm-unsafe-eval'" : ""}; connect-src ${desk}`
      : `script-src 'self' ${desk}; frame-src ${desk}`;
  const element = [key]
    .flat()
    .map(
      (
        key,
      ) => `<kakekomi-form partner="${key}" lang="${lang}" mode="${mode}"${view && ` view="${view}"`} name="kakekomi_receipt"${from ? ` desk="${from}"` : ""}>
<a class="instead" href="${desk}/?p=${key}">セキュリティ事故の相談を申し込む</a></kakekomi-form>`,
    )
    .join("\n");
  const body = element.repeat(count);
  return {
    policy: strict
      ? `default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; ${needs}`
      : "",
    text: `<!doctype html><html lang="ja" class="${hostile ? "hostile" : ""}"><head><meta charset="utf-8"><title>site</title>
${hostile ? '<link rel="stylesheet" href="/hostile.css">' : ""}${style && `<style>${style}</style>`}${blocked ? BLOCKED : ""}${hasty ? HASTY : ""}<script src="/site.js"></script><script type="module" src="${script}"></script></head>
<body class="page">${below ? "上".repeat(FAR) : ""}
${form ? `<form id="own" action="/sent"><input name="own" value="1">${body}<button id="own-button">送る</button></form>` : body}</body></html>`,
  };
}
