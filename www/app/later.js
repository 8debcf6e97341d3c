/**
 * The script of the parts that nobody needs before the answers are sent: a first visit does not load it.
 *
 * `const { receiptParts } = await loadLater()`. The review begins to load it, so that the receipt seldom waits; without it the
 * receipt still shows its number and the next steps.
 */

import { deskUrl } from "./environment.js";

/** From a folder the module itself, which imports what it uses; the build (host/page-build) makes one script of it and what it imports. */
const LATER = "/page/components/receipt_record/receipt_record.js";

/** The names of this script that the later one uses, which the build fills in. @returns {unknown[]} */
const shared = () => [];

/** @type {Promise<typeof import("../components/receipt_record/receipt_record.js")> | null} */
let laterScript = null;
let laterLoads = 0;

/** Loads the script, once; after a failure the next call tries again. */
export function loadLater() {
  laterScript ??= importLater().catch((failure) => {
    laterScript = null;
    throw failure;
  });
  return laterScript;
}

async function importLater() {
  laterLoads += 1;
  // A browser may remember that an address failed.
  const script = await import(deskUrl(LATER + (laterLoads > 1 ? `?load=${laterLoads}` : "")));
  return script.connect?.(shared()) ?? script;
}
