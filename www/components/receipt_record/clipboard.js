/**
 * Text for another program: copied, or handed to the device's own dialog for sharing.
 */

import { element } from "../../app/dom.js";
import { rootElement } from "../../app/environment.js";

/**
 * Copies a text; where a page or its frame may not write to the clipboard, as a person would, by selecting it.
 *
 * @param {string} text @returns {Promise<boolean>} false if the browser refuses both
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = element("textarea.unseen", { value: text, readonly: true });
    rootElement().append(field);
    field.focus({ preventScroll: true });
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

/** True if the device has a dialog for sharing. */
export function canShare() {
  return "share" in navigator;
}

/**
 * Opens that dialog.
 *
 * @param {string} title @param {string} text
 * @returns {Promise<boolean>} false if it did not open, as in a frame that may not; true if the person closed it
 */
export function shareText(title, text) {
  const failed = (/** @type {DOMException} */ { name }) => name === "AbortError";
  return navigator.share({ title, text }).then(() => true, failed);
}
