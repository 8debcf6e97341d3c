/**
 * The closed part of receipt and return page in which evidence files are sent; what it holds is loaded when it is opened.
 *
 * Files go to the desk from its own page alone, in a frame or not: inline, and without a code, there is a link.
 */

import { announce, button, element } from "../../app/dom.js";
import { isOwnDocument, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { loadFiles } from "../../upload/load_files.js";
import { OFFER_WORDS } from "../../upload/offer_words.js";
import { returnLink } from "../page_footer/page_footer.js";

/** @typedef {import("../../upload/tus.js").Access} Access @typedef {import("../../upload/upload_queue.js").NamedLog} NamedLog */

/** The cases whose part was opened: it is open again on a screen that is drawn anew. @type {Set<string>} */
const openedFor = new Set();

/**
 * @param {{ number: string, access: Access | null, offer?: string, named?: NamedLog[], open?: boolean, closed?: boolean }} props the
 *   right to send, or null without one; the key of the sentence that offers it; the logs that the form names; true to open the part
 *   at once; true for a closed case
 * @returns {HTMLElement}
 */
export function createFileOffer({ number, access, offer = "files_offer", named = [], open = false, closed = false }) {
  Object.assign(state.description.words, OFFER_WORDS[state.language]);
  const failure = element("p.strong", { role: "status" });
  const body = element("div");
  const heading = element("h2", { id: "files-title", tabindex: "-1" }, say("files_title"));
  const show = async (/** @type {boolean} */ pressed) => {
    failure.replaceChildren();
    try {
      const { createCaseFiles } = await loadFiles();
      body.replaceChildren(await createCaseFiles({ number, access: /** @type {Access} */ (access), named, closed }));
      openedFor.add(number);
      if (pressed) scrollAndFocus(heading, "nearest");
    } catch (wrong) {
      console.warn("files", wrong instanceof Error ? wrong.message : wrong);
      failure.textContent = say("files_open_failed");
      announce(say("files_open_failed"));
    }
  };
  const opener = button("second", say("files_open"), () => show(true), { id: "open-files" });
  if (!access || !isOwnDocument()) body.append(element("p", say("files_elsewhere"), " ", returnLink()));
  else {
    body.append(element("p", say(offer)), element("div.ways", opener), failure);
    if (open || openedFor.has(number)) void show(false);
  }
  return element("section.file-offer", { id: "files", "aria-labelledby": "files-title" }, heading, body);
}
