/**
 * What stands round every screen: the desk's name, open or closed, the phone number, the language.
 */

import { announce, button, element, present } from "./element.js";
import { find, rootElement } from "./place.js";

/** Each language by its own name's key. */
const LANGUAGES = ["ja", "en"];

/** @param {import("./page.js").Page} page */
export function drawFrame(page) {
  const { desk } = page;
  const header = element("header", { class: "frame" },
    element("a", { class: "skip", href: "#main", on: { click: skip } }, page.say("site_skip")),
    element("div", { class: "bar" }, element("p", { class: "name" }, breaking(desk.name)), languages(page)),
    byHours("call", () => [phone(page), !page.intake.finished && element("p", { class: "state" }, hours(page))]),
    desk.test && element("p", { class: "notice test" }, page.say("test_notice")),
    page.engine.blocked && element("p", { class: "notice" }, page.say("engine_server")),
    !navigator.onLine && element("p", { class: "notice", id: "offline" }, page.say("offline")),
    page.notice);
  find("frame")?.replaceChildren(header);
}

/** A name may break where katakana gives way to kanji, and nowhere else: 「おまかせセキュリティ|事故駆け込み窓口」. @param {string} name */
function breaking(name) {
  return name.replace(/(\p{sc=Katakana})(?=\p{sc=Han})/gu, "$1\u200b");
}

/** A notice under the frame, read aloud too, until the frame is drawn anew. @param {import("./page.js").Page} page @param {string} key */
export function tellInFrame(page, key) {
  const header = find("frame")?.querySelector("header");
  header?.querySelector(".failure")?.remove();
  header?.append(element("p", { class: "notice failure" }, ...callable(page, key)));
  announce(page.say(key, { phone: page.desk.phone }));
}

/** A sentence with `{phone}`, the number as a link that no line breaks. @param {import("./page.js").Page} page @param {string} key */
export function callable(page, key) {
  const { phone } = page.desk;
  const [before, after = ""] = page.say(key, { phone: "\n" }).split("\n");
  return [before, element("a", { class: "tel", href: dialling(phone) }, phone), after];
}

/** 0120-000-000 → tel:0120000000, #9110 → tel:%239110 (RFC 3966: a bare # would end the address). @param {string} number */
function dialling(number) {
  return `tel:${number.replaceAll("-", "").replace("#", "%23")}`;
}

/** Over the frame to the screen; no link of the address, which names the step. @param {Event} event */
function skip(event) {
  event.preventDefault();
  find("main")?.focus();
}

/** @param {import("./page.js").Page} page */
function phone(page) {
  const { desk } = page;
  return element("p", { class: "phone" },
    element("span", { class: "label" }, page.say("phone_label")), " ",
    element("a", { class: "number", href: dialling(desk.phone) }, desk.phone), " ",
    element("span", { class: desk.open ? "chip open" : "chip" }, page.say(desk.open ? "phone_open" : "phone_closed")),
    element("span", { class: "on-paper" }, page.say("printed_phone", { date: desk.clock(desk.now()) })));
}

/** Open, or when it next opens: never when it answers (clause 4①). @param {import("./page.js").Page} page */
export function hours(page) {
  const { desk } = page;
  if (desk.open) return page.say("desk_open");
  return desk.opening ? page.say("desk_closed", { opening: desk.opening }) : page.say("desk_closed_unknown");
}

/**
 * A part of the page that depends on the hours. `drawHours` draws it again when the desk opens or closes.
 *
 * @param {string} name its class @param {() => (Node | string | null | false)[]} draw its content as of now
 * @returns {HTMLElement}
 */
export function byHours(name, draw) {
  const part = element("div", { class: name || null, "data-hours": "" });
  part.draw = () => part.replaceChildren(...present(draw()));
  part.draw();
  return part;
}

/** Draws again what depends on the hours and reads the change aloud; nothing where they are the same. @param {import("./page.js").Page} page */
export function drawHours(page) {
  const now = hours(page);
  if (page.hours === now) return;
  page.hours = now;
  for (const part of rootElement().querySelectorAll("[data-hours]")) /** @type {any} */ (part).draw();
  announce(now);
}

/** Whether the desk's profile lists contacts for the time when the desk is closed. @param {import("./page.js").Page} page */
export function hasContacts({ desk }) {
  return desk.served.outside_hours?.length > 0;
}

/**
 * Whom to ask while the desk is closed, as the desk's profile lists them (clause 4①).
 *
 * @param {import("./page.js").Page} page
 * @param {boolean} [open] whether the list is unfolded
 */
export function outside(page, open = false) {
  return byHours("", () => [!page.desk.open && hasContacts(page) && contactList(page, open)]);
}

/** @param {import("./page.js").Page} page @param {boolean} open @returns {HTMLElement} */
function contactList(page, open) {
  const rows = page.desk.served.outside_hours.map((/** @type {any} */ contact) => element("li", {},
    element("strong", {}, contact.name), " ",
    contact.phone && element("a", { href: dialling(contact.phone) }, contact.phone), " ",
    contact.url && element("a", { href: contact.url, rel: "noreferrer" }, contact.url),
    contact.note && element("span", { class: "hint" }, contact.note)));
  return element("details", { class: "outside", open }, element("summary", {}, page.say("outside_title")), element("ul", {}, ...rows));
}

/** @param {import("./page.js").Page} page */
function languages(page) {
  const choices = LANGUAGES.map((locale) => button(page.say(`language_${locale}`), () => void page.speak(locale, true),
    { lang: locale, class: "quiet", "aria-pressed": String(locale === page.locale) }));
  return element("div", { class: "languages", role: "group", "aria-label": page.say("language_label") }, ...choices);
}
