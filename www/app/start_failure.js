/**
 * The screen of a page that could not start.
 */

import { byId } from "./environment.js";

/**
 * Shows that the page could not start. Its words could not be loaded either, so the document reports it: the block that index.html has from
 * the beginning, which the server filled with first aid and the desk's name in the language of the address.
 *
 * @param {HTMLElement | null} block
 */
export function showStartFailure(block) {
  if (!block) return;
  block.classList.add("start-screen--failed");
  byId("main")?.replaceChildren(block);
  // A frame that could not start is not shown by the page around it.
  if (window.parent !== window) return;
  /** @type {HTMLElement | null} */ (block.querySelector("h2.start-screen__failed"))?.focus({ preventScroll: true });
}
