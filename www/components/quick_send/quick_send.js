/**
 * One press for the rest: sets the open required answers that may be unknown to 「分からない」 and sends. It names them before, and
 * takes them back afterwards.
 *
 * Other required answers, a phone number for instance, are still asked: the press leads to the first of them.
 */

import { button, element, setWords } from "../../app/dom.js";
import { byId, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { REVIEW, stepOf } from "../../app/steps.js";

/** @param {{ router: import("../../app/router.js").Router, step: string }} props the step on which it is */
export function createQuickSend({ router, step }) {
  // The lines and buttons stay the same, so that none loses the focus to a report.
  const [setWhat, openLine, askedLine] = [element("span"), element("p"), element("p")];
  const setLine = element(
    "p",
    setWhat,
    " ",
    button("quiet", say("undo"), () => undo(router)),
  );
  const send = button("second", "", () => press(router, send), { id: "quick" });
  const box = element("div.quick-send", setLine, openLine, askedLine, send);

  function update() {
    const { openUnknowns: open, pressedUnknowns: set, missing } = state.intake;
    const asked = missing.filter((path) => stepOf(path) !== "" && !open.includes(path));
    name(setLine, "quick_set", set, setWhat);
    name(openLine, "quick_open", open);
    name(askedLine, "quick_asked", asked);
    setWords(send, say(open.length ? "quick_send" : "quick_send_now"));
    // The review has its own button for answers of which none is open.
    send.hidden = !open.length && (asked.length > 0 || step === REVIEW);
    box.hidden = !open.length && !set.length;
  }
  return { element: box, update };
}

/** @param {import("../../app/router.js").Router} router @param {HTMLElement} send */
async function press(router, send) {
  const report = await state.intake.pressUnknown();
  // The person may have gone on meanwhile.
  if (!send.isConnected) return;
  const open = report?.issues.find((issue) => stepOf(issue.path) !== "");
  if (open) return router.goTo(stepOf(open.path), open.path);
  router.goTo(REVIEW);
  byId("send")?.click();
}

/** @param {import("../../app/router.js").Router} router */
function undo(router) {
  state.intake.releaseUnknown();
  router.redraw();
  scrollAndFocus(byId("main")?.querySelector("h1"));
}

/** Shows a sentence with the titles of fields, unless there are none. @param {HTMLElement} line @param {string} key @param {string[]} paths */
function name(line, key, paths, words = line) {
  line.hidden = !paths.length;
  setWords(words, say(key, { fields: paths.map((path) => state.description.titleOf(path)).join(say("list_comma")) }));
}
