/**
 * A sending without a receipt: the reason, the next steps, and ways to keep the answers.
 */

import { announce, button, element, setWords } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { deskUrl, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { lostBefore } from "../../app/storage.js";
import { callOrContacts } from "../contact_list/contact_list.js";
import { sheetLink } from "../page_footer/page_footer.js";

/**
 * @param {{ sendAgain: () => void, signal: AbortSignal, failed: { outcome: form.Outcome | null } }} props the signal ends with the screen;
 *   the outcome that is shown outlives it
 */
export function createSendFailure({ sendAgain, signal, failed }) {
  const box = element("div.alert", { tabindex: "-1", id: "send-failure", hidden: true });
  const isOnline = () => {
    // A missing network is no longer the cause.
    const words = box.querySelector("p");
    if (words && box.dataset.kind === "offline") setWords(words, say("online"));
  };
  addEventListener("online", isOnline, { signal });

  /** @param {form.Outcome} outcome */
  function update(outcome) {
    failed.outcome = outcome;
    const lost = lostBefore() !== null;
    box.dataset.kind = lost ? "lost" : outcome.kind;
    const words = lost
      ? say("unreachable_lost")
      : outcome.kind === "offline"
        ? say("unreachable_offline")
        : outcome.kind === "refused"
          ? say("refused_other", { detail: outcome.detail })
          : say("unreachable_busy");
    announce("");
    box.replaceChildren(
      element("h2", say(lost ? "unreachable_lost_title" : "unreachable_title")),
      element("p", words),
      element("p", say("unreachable_wait")),
      ...(outcome.kind === "refused" && outcome.elsewhere
        ? [element("p", element("a", { href: deskUrl("/"), target: "_blank" }, state.desk.name))]
        : []),
      callOrContacts("unreachable_phone", ""),
      element("p", say("unreachable_keep")),
      element("p", sheetLink()),
      element(
        "div.ways",
        button("main", say("send_again"), sendAgain),
        // A file and paper: the answers are never held by this page alone.
        button("second", say("save_file"), () => saveFile(state.intake.text)),
        button("second", say("print"), () => print()),
      ),
    );
    box.hidden = false;
    scrollAndFocus(box);
  }

  /** Shows that the next attempt has begun. */
  function showSending() {
    failed.outcome = null;
    if (box.hidden) return;
    box.dataset.kind = "sending";
    box.replaceChildren(element("p.strong", say("sending")));
    scrollAndFocus(box);
  }
  return { element: box, update, showSending };
}
