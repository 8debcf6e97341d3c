/**
 * An addition to the earlier answers, which stay as they were sent.
 */

import { element } from "../../app/dom.js";
import { scrollAndFocus } from "../../app/environment.js";
import { say } from "../../app/state.js";
import { visit } from "../../return/visit.js";
import { failureBox, sendAndExplain, visitForm } from "../../return/visit_form.js";
import { createMessages } from "../message/message.js";
import { onTyping } from "../text_field/text_field.js";

const ADDITION = "addition";

/** The longest addition that the desk takes, in code points. */
const ADDITION_MAX = 4000;

/** @param {{ pages: import("../../return/start_return.js").Pages }} props @returns {HTMLElement} */
export function createAddition({ pages }) {
  const messages = createMessages(ADDITION);
  const failure = failureBox("addition-failure");
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
    if (!show()) return scrollAndFocus(box, "start", input);
    const body = JSON.stringify({ text: visit.addition });
    const outcome = await sendAndExplain({ path: "/v1/amendments", body, failure, pages });
    if (outcome.kind !== "done") return;
    visit.addition = "";
    visit.keep();
    await pages.reread({ done: "return_addition_done" });
  }
  return element(
    "section.return-addition",
    { id: "addition-section", "aria-labelledby": "addition-title" },
    element("h2", { id: "addition-title" }, say("return_addition")),
    failure,
    visitForm(send, sendAddition, box, element("div.ways", send)),
  );
}
