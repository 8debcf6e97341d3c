/**
 * What the desk disclosed, marked as confidential (clauses 2①②): each is opened by a button, until it expires.
 *
 * An opened text is in this document's memory alone. It is text, and never leaves the page.
 */

import { button, element, typedText } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { failureBox, showVisitFailure } from "../../return/visit_form.js";
import { openDisclosure } from "../../return/visit_request.js";

/** @param {{ all: form.ReturnedCase["disclosures"], pages: import("../../return/start_return.js").Pages }} props */
export function createDisclosures({ all, pages }) {
  return element(
    "section.return-disclosures",
    { id: "disclosures" },
    element("h2", say("return_disclosures")),
    element("p", say("return_disclosures_note")),
    ...all.map((one) => disclosure(one, pages)),
  );
}

/** @param {form.ReturnedCase["disclosures"][number]} one @param {import("../../return/start_return.js").Pages} pages */
function disclosure({ n, at, expires_at, opened }, pages) {
  const box = element("div.return-disclosures__one");
  const failure = failureBox(`disclosure-failure-${n}`);
  const until = state.desk.clock(expires_at);
  const label = element(
    "p.label",
    { id: `disclosure-${n}` },
    element("strong.return-disclosures__mark", say("return_confidential")),
    say("return_disclosure_at", { date: state.desk.clock(at) }),
  );
  const isOver = Number(expires_at) <= state.desk.now();

  function show() {
    const text = visit.texts.get(n);
    if (text !== undefined)
      box.replaceChildren(
        label,
        element("p.return-disclosures__text", { tabindex: "-1" }, typedText(text)),
        element("p.hint", say("return_disclosure_until", { until })),
      );
    else if (isOver) box.replaceChildren(label, element("p", say("return_disclosure_over", { until })));
    else box.replaceChildren(label, failure, element("div.ways", opener(), element("span.hint", hint())));
  }

  function hint() {
    return say(opened ? "return_disclosure_until" : "return_disclosure_new", { until });
  }

  function opener() {
    const given = { id: `open-${n}`, "aria-describedby": label.id };
    return button("second", say("return_disclosure_open"), open, given);
  }

  async function open() {
    failure.hidden = true;
    const outcome = await openDisclosure(n);
    if (outcome.kind === "expired") return pages.showSignIn({ why: "expired" });
    if (outcome.kind !== "done") return showVisitFailure(failure, outcome);
    visit.texts.set(n, String(outcome.body.text));
    show();
    const text = /** @type {HTMLElement | null} */ (box.querySelector(".return-disclosures__text"));
    if (text) scrollAndFocus(text, "nearest");
  }
  show();
  return box;
}
