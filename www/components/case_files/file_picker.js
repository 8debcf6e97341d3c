/**
 * The choice of evidence files: from the device, with its camera, or dropped here. Nothing is sent yet.
 */

import { element, plain } from "../../app/dom.js";
import { say } from "../../app/state.js";

/** @typedef {import("../../upload/upload_queue.js").UploadQueue} UploadQueue */

/** @type {form.FileKind[]} */
export const FILE_KINDS = ["log", "diagram", "screenshot", "other"];

/** @param {UploadQueue} queue @returns {HTMLElement} */
export function createFilePicker(queue) {
  const kinds = element(
    "select",
    { id: "file-what" },
    element("option", { value: "" }, plain(say("files_what_auto"))),
    ...FILE_KINDS.map((kind) => element("option", { value: kind }, plain(say(`files_what_${kind}`)))),
  );
  const take = (/** @type {FileList} */ files) => void queue.add([...files], kinds.value);
  const choose = createFileButton({ id: "choose-files", words: say("files_choose"), multiple: true, take });
  // Only a device that is held has a camera to point at a screen.
  const isHeld = matchMedia("(pointer: coarse)").matches;
  const camera = { accept: "image/*", capture: "environment" };
  const photograph = () => createFileButton({ id: "photograph", words: say("files_photo"), given: camera, take });
  return droppable(
    element(
      "div.case-files__picker",
      element("label.case-files__what", element("span", say("files_what")), kinds),
      element("div.ways", choose, isHeld && photograph()),
      !isHeld && element("p.hint", say("files_drop")),
    ),
    take,
  );
}

/**
 * A button that chooses files.
 *
 * @param {{ id?: string, words: string, multiple?: boolean, given?: Record<string, any>, take: (files: FileList) => void }} props
 */
export function createFileButton({ id, words, multiple = false, given = {}, take }) {
  const input = element("input", {
    type: "file",
    id,
    multiple,
    ...given,
    // The same file can be chosen again.
    on: { change: () => input.files.length && take(input.files), click: () => (input.value = "") },
  });
  return element("label.file-button", words, input);
}

/** @param {HTMLElement} area @param {(files: FileList) => void} take */
function droppable(area, take) {
  const mark = (/** @type {boolean} */ isOver) => area.classList.toggle("case-files__picker--over", isOver);
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  area.addEventListener("dragleave", () => mark(false));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
  });
  return area;
}
