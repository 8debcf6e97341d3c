/**
 * An addition to the earlier answers, which stay as they were sent.
 */

import { announce, element, runBusy } from "../../app/dom.js";
import { scrollAndFocus, tell } from "../../app/environment.js";
import { say } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { sendInVisit } from "../../return/visit_request.js";
import { createMessages } from "../message/message.js";
import { failureOf } from "../return_sign_in/return_sign_in.js";
import { onTyping } from "../text_field/text_field.js";

const ADDITION_PATH = "/v1/amendments";
const ADDITION = "addition";

/** The longest addition that the desk takes, in code points. */
const ADDITION_MAX = 4000;

/** @param {{ pages: import("../../return/start_return.js").Pages }} props @returns {HTMLElement} */
export function createAddition({ pages }) {
  const messages = createMessages(ADDITION);
  const failure = element("div.alert", { id: "addition-failure", tabindex: "-1", hidden: true });
  const described = `${ADDITION}-hint ${ADDITION}-error`;
  const input = element("textarea", { id: ADDITION, rows: "4", value: visit.addition, "aria-describedby": described });
  const box = element(
    "div.field",
    element("label", { for: ADDITION }, element("span.field__title", say("return_addition_label"))),
    element("p.hint", { id: `${ADDITION}-hint` }, say("return_addition_hint")),
    input,
    messages.error,
  );
  const send = element("button.second", { type: "submit", id: "send-addition" }, say("return_addition_send"));
  onTyping(input, (typed) => {
    visit.addition = typed;
    visit.keep();
    if (box.classList.contains("field--wrong")) show();
  });

  /** Shows what is to be corrected. @returns {boolean} true if the text can be sent */
  function show() {
    const length = [...visit.addition.trim()].length;
    const key = length === 0 ? "return_addition_missing" : length > ADDITION_MAX ? "return_addition_long" : "";
    const message = key && say(key, { length, max: ADDITION_MAX });
    messages.update(key ? [{ path: "", code: key, params: {}, message }] : [], []);
    box.classList.toggle("field--wrong", key !== "");
    input.setAttribute("aria-invalid", String(key !== ""));
    return key === "";
  }

  async function sendAddition() {
    failure.hidden = true;
    if (!show()) return scrollAndFocus(box, "start", input);
    const body = JSON.stringify({ text: visit.addition });
    announce(say("return_sending"));
    const outcome = await sendInVisit(ADDITION_PATH, body, visit.keyOf(ADDITION_PATH, body));
    announce("");
    if (outcome.kind === "expired") return pages.showSignIn({ why: "expired" });
    if (outcome.kind !== "done") {
      tell("error", outcome.kind === "unreachable" ? "lost" : "refused");
      failure.replaceChildren(...failureOf(outcome));
      failure.hidden = false;
      return scrollAndFocus(failure);
    }
    visit.addition = "";
    visit.arrived(ADDITION_PATH);
    await pages.reread({ done: "return_addition_done" });
  }
  return element(
    "section.return-addition",
    { id: "addition-section", "aria-labelledby": "addition-title" },
    element("h2", { id: "addition-title" }, say("return_addition")),
    failure,
    element(
      "form",
      {
        novalidate: true,
        on: {
          submit: (/** @type {Event} */ event) => {
            event.preventDefault();
            void runBusy(send, sendAddition);
          },
        },
      },
      box,
      element("div.ways", send),
    ),
  );
}
