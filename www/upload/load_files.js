/**
 * The script of the part that sends evidence files, which loads when that part is opened.
 *
 * `const { createCaseFiles } = await loadFiles()`. Two scripts load it, that of the receipt and that of the return page.
 */

import { deskUrl } from "../app/environment.js";

/** From a folder the module itself; the build (host/page-build) makes one script of it and what it imports. */
const FILES = "/page/components/case_files/case_files.js";

/** The names of this script that the other one uses, which the build fills in. @returns {unknown[]} */
const sharedWithFiles = () => [];

/** @typedef {typeof import("../components/case_files/case_files.js")} FilesScript @type {Promise<FilesScript> | null} */
let filesScript = null;
let fileLoads = 0;

/** Loads the script, once; after a failure the next call tries again. */
export function loadFiles() {
  filesScript ??= importFiles().catch((failure) => {
    filesScript = null;
    throw failure;
  });
  return filesScript;
}

/** Stops all uploads and forgets the chosen files. */
export async function forgetFiles() {
  (await filesScript)?.stopAll();
}

/** @returns {Promise<FilesScript>} */
async function importFiles() {
  fileLoads += 1;
  // A browser may remember that an address failed.
  const script = await import(deskUrl(FILES + (fileLoads > 1 ? `?load=${fileLoads}` : "")));
  return script.connect?.(sharedWithFiles()) ?? script;
}
