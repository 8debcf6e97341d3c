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

/** @typedef {import("../../app/router.js").Router} Router */

/** @param {{ router: Router, first?: boolean, more?: Node[] }} props the first step; further ways to keep the answers */
export function createSavePanel({ router, first = false, more = [] }) {
  const note = element("p.hint", { role: "status", id: "kept-note" });
  const opener = fileOpener(router, note);
  const clear = () => showChanged(router, "cleared", state.intake.clear());
  const inside = () =>
    createFold(
      say("keep_title"),
      // What cannot be kept has to be said.
      !canKeep(),
      ...deviceChoice(),
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

/** Where the answers are kept, and the wish to keep them on the device. */
function deviceChoice() {
  const given = { id: "keep-on-device", checked: keptUntil() > 0, "aria-describedby": "keep-hint" };
  const wish = checkbox(say("keep_on_device", { days: KEPT_DAYS }), given, (wanted) => {
    keepOnDevice(wanted);
    state.intake.keep();
    wish.box.checked = keptUntil() > 0;
    setWords(where, whereKept());
    announce(whereKept());
  });
  const where = element("p.hint", { id: "keep-hint" }, whereKept());
  return [where, canKeep() && wish.label];
}

/** The button that opens a file of answers. @param {Router} router @param {HTMLElement} note beside it */
function fileOpener(router, note) {
  const file = element("input", {
    type: "file",
    id: "open-file",
    accept: ".json,application/json",
    on: { change: () => void open(file.files?.[0]) },
  });

  /** @param {File | undefined} chosen */
  async function open(chosen) {
    if (!chosen) return;
    const text = await chosen.text().catch(() => "");
    file.value = "";
    // Reading may take its time, and the person may be elsewhere by then.
    if (!note.isConnected) return;
    try {
      showChanged(router, "open_file_done", state.intake.open(text));
    } catch {
      setWords(note, say("open_file_failed"));
    }
  }
  return element("label.file-button.quiet", say("open_file"), file);
}

/** Shows that the answers were replaced, beside the way back. @param {Router} router @param {string} key @param {() => void} undo */
function showChanged(router, key, undo) {
  router.redraw();
  announce(say(key));
  const note = byId("kept-note");
  const lookBack = () => scrollAndFocus(note?.querySelector("button"), "nearest");
  const back = () => {
    undo();
    router.redraw();
    scrollAndFocus(byId("main")?.querySelector("h1"));
  };
  note?.replaceChildren(...present([say(key), " ", button("quiet", say("undo"), back)]));
  lookBack();
  // The report on the new answers changes the height of the content above.
  void state.intake.check().then(lookBack);
}

function whereKept() {
  if (!canKeep()) return say("keep_none");
  return keptUntil() ? say("keep_until", { date: state.desk.clock(keptUntil()) }) : say("keep_note");
}
