/**
 * The header of every screen: the desk's name, open or closed, the phone number, the language, and notices.
 */

import { announce, button, element, pageLink, wordsOf } from "../../app/dom.js";
import { byId } from "../../app/environment.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { localeOf, say, state } from "../../app/state.js";
import { createPhoneLink, withPhoneLink } from "../phone_link/phone_link.js";

/** Each language by its own name's key. */
export const LANGUAGES = ["ja", "en", "easy"];

/** @param {{ notice?: HTMLElement | null, offered?: string[] }} props the notice of another module, and the languages of the page */
export function renderHeader({ notice, offered = LANGUAGES }) {
  const { desk, engine, intake } = state;
  byId("page-header")?.replaceChildren(
    element(
      "header.page-header",
      pageLink({ class: "page-header__skip", href: "#main" }, () => byId("main")?.focus(), say("site_skip")),
      element("div.page-header__bar", element("p.page-header__name", breakable(desk.name)), languages(offered)),
      byHours("page-header__call", () => [phone(), !intake.finished && element("p.page-header__hours", hoursText())]),
      desk.served.partner?.test && element("p.notice.page-header__test", say("test_notice")),
      engine.blocked && element("p.notice", say("engine_server")),
      !navigator.onLine && element("p.notice", { id: "offline" }, say("offline")),
      notice,
    ),
  );
}

/** Changes the language; a notice reports one that cannot be loaded. @param {string} language @param {boolean} [pressed] here, so that the focus stays */
export async function switchLanguage(language, pressed = false) {
  if (!(await state.speak(language))) return showFailure();
  if (state.language !== language) return;
  const header = byId("page-header");
  if (pressed)
    /** @type {HTMLElement | null | undefined} */ (header?.querySelector(`[data-language="${language}"]`))?.focus();
  if (!state.intake.finished) await state.intake.check();
}

/** Shows and announces a notice that stays until the header is drawn anew. */
function showFailure() {
  const header = byId("page-header")?.querySelector("header");
  header?.querySelector(".page-header__failure")?.remove();
  const notice = element("p.notice.page-header__failure", ...withPhoneLink("language_failed"));
  header?.append(notice);
  announce(wordsOf(notice));
}

/** A name that may break between katakana and kanji only: 「おまかせセキュリティ|事故駆け込み窓口」. @param {string} name */
function breakable(name) {
  return name.replace(/(\p{sc=Katakana})(?=\p{sc=Han})/gu, "$1\u200b");
}

function phone() {
  const { desk } = state;
  return element(
    "p.page-header__phone",
    element("span.label", say("phone_label")),
    " ",
    createPhoneLink(desk.phone, "page-header__number"),
    " ",
    desk.open && element("span.page-header__chip.page-header__chip--open", say("phone_open")),
    desk.closed && element("span.page-header__chip", say("phone_closed")),
    element("span.on-paper", say("printed_phone", { date: desk.clock(desk.now()) })),
  );
}

/** @param {string[]} offered */
function languages(offered) {
  const choices = offered.map((language) =>
    button("quiet", say(`language_${language}`), () => switchLanguage(language, true), {
      lang: localeOf(language),
      "data-language": language,
      "aria-pressed": String(language === state.language),
    }),
  );
  return element("div.page-header__languages", { role: "group", "aria-label": say("language_label") }, ...choices);
}
