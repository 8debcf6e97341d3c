/**
 * Advice for the first hours, marked 参考情報 (clause 4⑬).
 */

import { element } from "../../app/dom.js";
import { say } from "../../app/state.js";

/**
 * @param {object} props @param {boolean} [props.folded] on a step that did not ask for it: one line that opens
 * @returns {{ element: HTMLElement, update: (guidance: form.Guidance[], lead?: Node[], end?: Node[]) => void }} `lead` comes
 *   first and `end` last; nothing is shown without advice
 */
export function createGuidance({ folded = false } = {}) {
  const box = element("div.guidance-box");
  return {
    element: box,
    update(guidance, lead = [], end = []) {
      if (!guidance.length) return box.replaceChildren();
      const title = say("guidance_title");
      const inside = [
        ...lead,
        element("ul", ...guidance.map((one) => element("li", { "data-code": one.code }, unmarked(one.message)))),
        element("p.hint", say("guidance_note")),
        ...end,
      ];
      box.replaceChildren(
        element(
          folded ? "aside.guidance.guidance--folded" : "aside.guidance",
          { "aria-label": title },
          ...(folded ? [element("details", element("summary", title), ...inside)] : [element("h2", title), ...inside]),
        ),
      );
    },
  };
}

/** A line without the mark 参考情報, which is in the panel's title. @param {string} words */
function unmarked(words) {
  const mark = say("guidance_mark");
  return words.startsWith(mark) ? words.slice(mark.length) : words;
}
