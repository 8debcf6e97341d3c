/**
 * One line under every screen of answers that opens: the place that keeps them, a file of them, and clearing all in one press. The first
 * step, on which there is nothing to keep yet, only opens a file.
 */

import { announce, button, checkbox, element, present, setWords } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { byId, scrollAndFocus } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { canKeep, KEPT_DAYS, keepOnDevice, keptUntil } from "../../app/storage.js";
import { callOrContacts } from "../contact_list/contact_list.js";
import { createFold } from "../fold/fold.js";

/** @param {{ router: import("../../app/router.js").Router, first?: boolean, more?: Node[] }} props the first step; further ways to keep the answers */
export function createSavePanel({ router, first = false, more = [] }) {
  const note = element("p.hint", { role: "status", id: "kept-note" });
  const file = element("input", {
    type: "file",
    id: "open-file",
    accept: ".json,application/json",
    on: { change: () => void open(file.files?.[0]) },
  });
  const given = { id: "keep-on-device", checked: keptUntil() > 0, "aria-describedby": "keep-hint" };
  const wish = checkbox(say("keep_on_device", { days: KEPT_DAYS }), given, keep);
  const where = element("p.hint", { id: "keep-hint" }, whereKept());

  /** @param {boolean} wanted */
  function keep(wanted) {
    keepOnDevice(wanted);
    state.intake.keep();
    wish.box.checked = keptUntil() > 0;
    setWords(where, whereKept());
    announce(whereKept());
  }

  /** Shows that the answers were replaced, beside the way back. @param {string} key @param {() => void} undo */
  function changed(key, undo) {
    router.redraw();
    announce(say(key));
    const drawn = byId("kept-note");
    const lookBack = () => scrollAndFocus(drawn?.querySelector("button"), "nearest");
    const back = () => {
      undo();
      router.redraw();
      scrollAndFocus(byId("main")?.querySelector("h1"));
    };
    drawn?.replaceChildren(...present([say(key), " ", button("quiet", say("undo"), back)]));
    lookBack();
    // The report on the new answers changes the height of the content above.
    void state.intake.check().then(lookBack);
  }

  /** @param {File | undefined} chosen */
  async function open(chosen) {
    if (!chosen) return;
    const text = await chosen.text().catch(() => "");
    file.value = "";
    // Reading may take its time, and the person may be elsewhere by then.
    if (!note.isConnected) return;
    try {
      changed("open_file_done", state.intake.open(text));
    } catch {
      setWords(note, say("open_file_failed"));
    }
  }
  const clear = () => changed("cleared", state.intake.clear());
  const opener = element("label.file-button.quiet", say("open_file"), file);
  const inside = () =>
    createFold(
      say("keep_title"),
      // What cannot be kept has to be said.
      !canKeep(),
      where,
      canKeep() && wish.label,
      element(
        "div.ways",
        button("quiet", say("save_file"), () => saveFile(state.intake.text), { id: "save-file" }),
        opener,
        ...more,
      ),
      element("p.hint", say("other_device")),
      button("quiet.save-panel__clear", say("clear_all"), clear, { id: "clear" }),
    );
  return {
    element: element(
      "section.save-panel",
      { "aria-label": say("keep_title") },
      first ? opener : inside(),
      note,
      callOrContacts("help_phone", "save-panel__help"),
    ),
  };
}

function whereKept() {
  if (!canKeep()) return say("keep_none");
  return keptUntil() ? say("keep_until", { date: state.desk.clock(keptUntil()) }) : say("keep_note");
}
