/**
 * The hours on the page: "open", or when the desk next opens; never when it answers (clause 4①).
 *
 * `byHours("", () => [hoursText()])` → a part that is drawn again when the desk opens or closes.
 */

import { announce, element, present } from "./dom.js";
import { rootElement } from "./environment.js";
import { say, state } from "./state.js";

/** The longest time without an update of the hours, since a clock may be set and a device may sleep (milliseconds). */
const HOURS_AGE_MAX = 60_000;

/** The hours on the screen. */
let drawn = "";
let timer = 0;

/** The hours in words: open, or when the desk opens, or that the page does not know. @param {string} [openKey] @param {string} [closedKey] */
export function hoursText(openKey = "desk_open", closedKey = "desk_closed") {
  const { open, closed, opening } = state.desk;
  if (open) return say(openKey);
  if (!closed) return say("hours_unknown");
  return say(opening ? closedKey : `${closedKey}_unknown`, { opening });
}

/**
 * A part of the page that depends on the hours.
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

/** Notes that the whole screen was drawn just now. */
export function hoursAreDrawn() {
  drawn = hoursText();
}

/** Draws the parts that depend on the hours again and reads the change aloud, if there is one. */
export function redrawHours() {
  const now = hoursText();
  if (drawn === now) return;
  drawn = now;
  for (const part of rootElement().querySelectorAll("[data-hours]")) /** @type {any} */ (part).draw();
  announce(now);
}

/**
 * Follows the hours while the page is visible. The module computes them; the desk is asked if there is no module, or if the clocks
 * disagree, since the time is then not known.
 */
export function followHours() {
  const { untilChange } = state.desk;
  clearTimeout(timer);
  timer = setTimeout(
    async () => {
      if (document.visibilityState === "visible" && rootElement().isConnected) await updateHours();
      followHours();
    },
    untilChange > 0 ? Math.min(untilChange, HOURS_AGE_MAX) : HOURS_AGE_MAX,
  );
}

async function updateHours() {
  const { desk, engine, locale, intake } = state;
  const { open } = desk;
  const asked = (desk.unsure || (engine.blocked && desk.untilChange <= 0)) && (await state.refresh());
  if (!asked) desk.status = engine.opening(desk.context(locale), desk.now()) ?? desk.status;
  redrawHours();
  if (state.desk.open !== open && !intake.finished) await intake.check();
}
