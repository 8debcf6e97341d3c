/**
 * Under every screen of answers: where they are kept, a file of them, and clearing all in one press.
 */

import { announce, button, element } from "./element.js";
import { fileName, saveFile } from "./copy.js";
import { callable } from "./frame.js";
import { canKeep, KEPT_DAYS, keepOnDevice, keptUntil } from "./memory.js";
import { find, lookAt } from "./place.js";

/**
 * @param {import("./page.js").Page} page
 * @param {...Node} more ways to keep them
 */
export function keeping(page, ...more) {
  const note = element("p", { class: "hint", role: "status", id: "kept-note" });
  const file = element("input", { type: "file", id: "open-file", accept: ".json,application/json", on: { change: () => void open(file.files?.[0]) } });
  const asked = element("input", { type: "checkbox", id: "keep-on-device", checked: keptUntil() > 0, "aria-describedby": "keep-hint", on: { change: keep } });
  const where = element("p", { class: "hint", id: "keep-hint" }, whereKept());

  function whereKept() {
    if (!canKeep()) return page.say("keep_none");
    return keptUntil() ? page.say("keep_until", { date: page.desk.clock(keptUntil()) }) : page.say("keep_note");
  }

  function keep() {
    keepOnDevice(asked.checked);
    page.intake.keep();
    asked.checked = keptUntil() > 0;
    where.textContent = whereKept();
    announce(where.textContent);
  }

  /** The answers are others now, which is said beside the way back. @param {string} key @param {() => void} undo */
  function changed(key, undo) {
    page.redraw();
    announce(page.say(key));
    const told = find("kept-note");
    told?.replaceChildren(page.say(key), " ", button(page.say("undo"), () => { undo(); page.redraw(); lookAt(find("main")?.querySelector("h1")); }, { class: "quiet" }));
    lookAt(told?.querySelector("button"), "nearest");
  }

  /** @param {File | undefined} chosen */
  async function open(chosen) {
    if (!chosen) return;
    const text = await chosen.text().catch(() => "");
    file.value = "";
    // Reading may take its time, and the person may be elsewhere by then.
    if (!note.isConnected) return;
    try {
      changed("open_file_done", page.intake.open(text));
    } catch {
      note.textContent = page.say("open_file_failed");
    }
  }
  return element("section", { class: "small", "aria-labelledby": "keeping" },
    element("h2", { id: "keeping" }, page.say("keep_title")),
    where,
    canKeep() && element("label", { class: "tick" }, asked, element("span", {}, page.say("keep_on_device", { days: KEPT_DAYS }))),
    element("div", { class: "ways" },
      button(page.say("save_file"), () => saveFile(fileName(page), page.intake.text), { class: "quiet", id: "save-file" }),
      element("label", { class: "file-button quiet" }, page.say("open_file"), file),
      ...more,
      button(page.say("clear_all"), () => changed("cleared", page.intake.clear()), { class: "quiet clear", id: "clear" })),
    element("p", { class: "hint" }, page.say("other_device")),
    note,
    element("p", { class: "help" }, ...callable(page, "help_phone")));
}
