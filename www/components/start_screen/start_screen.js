/**
 * The page could not start. Its words could not be loaded either, so the document itself says it: the block of
 * index.html that stands there from the beginning, which the server filled with the desk's name and phone number.
 */

import { byId } from "../../app/environment.js";

/** @param {HTMLElement | null} block as it stood in the document @param {string} locale */
export function showStartFailure(block, locale) {
  if (!block) return;
  block.classList.add("start-screen--failed");
  for (const part of block.querySelectorAll("[lang]"))
    if (part instanceof HTMLElement) part.hidden = part.lang !== locale;
  byId("main")?.replaceChildren(block);
  // A frame that could not start is not shown by the page around it.
  if (window.parent !== window) return;
  /** @type {HTMLElement | null} */ (block.querySelector(`:scope > [lang="${locale}"] h2`))?.focus();
}
