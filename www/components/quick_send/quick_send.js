/**
 * One press for the rest: sets the open required answers that may be unknown to 「分からない」 and sends. It names them before, and
 * takes them back afterwards.
 *
 * Other required answers, a phone number for instance, are still asked: the press leads to the first of them.
 */

import { button, element, present } from "../../app/dom.js";
import { byId, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { REVIEW, stepNames, stepOf } from "../../app/steps.js";

/** @param {{ router: import("../../app/router.js").Router, step: string }} props the step on which it is */
export function createQuickSend({ router, step }) {
  const box = element("div.quick-send", { hidden: true });
  let drawn = "";

  async function press() {
    const { intake } = state;
    intake.pressUnknown();
    for (const name of stepNames()) intake.tried.add(name);
    const report = await intake.check();
    // The person may have gone on meanwhile.
    if (!box.isConnected) return;
    const open = report?.issues.find((issue) => stepOf(issue.path) !== "");
    if (open) return router.goTo(stepOf(open.path), open.path);
    router.goTo(REVIEW);
    byId("send")?.click();
  }

  function undo() {
    state.intake.releaseUnknown();
    router.redraw();
    scrollAndFocus(byId("main")?.querySelector("h1"));
  }

  function update() {
    const { openUnknowns: open, pressedUnknowns: set, missing } = state.intake;
    const asked = missing.filter((path) => stepOf(path) !== "" && !open.includes(path));
    const now = JSON.stringify([open, set, asked]);
    if (now === drawn) return;
    drawn = now;
    box.hidden = !open.length && !set.length;
    // The review has its own button for answers of which none is open.
    const sends = open.length > 0 || (!asked.length && step !== REVIEW);
    box.replaceChildren(
      ...present([
        set.length > 0 && element("p", named("quick_set", set), " ", button("quiet", say("undo"), undo)),
        open.length > 0 && element("p", named("quick_open", open)),
        asked.length > 0 && element("p", named("quick_asked", asked)),
        sends &&
          button("second", say(open.length ? "quick_send" : "quick_send_now"), () => void press(), { id: "quick" }),
      ]),
    );
  }
  return { element: box, update };
}

/** A sentence with the titles of fields. @param {string} key @param {string[]} paths */
function named(key, paths) {
  return say(key, { fields: paths.map((path) => state.description.titleOf(path)).join(say("list_comma")) });
}
