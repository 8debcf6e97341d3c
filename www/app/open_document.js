/**
 * The desk's own document, alone or in a frame of a partner's page: which partner's it is, and the page around it.
 */

import { LANGUAGES } from "../components/page_header/page_header.js";
import { configure, inAddress } from "./environment.js";

/** @param {(language: string) => Promise<import("./start.js").RunningPage | null>} start begins the page in the language of the address */
export function openDocument(start) {
  const home = document.getElementById("kakekomi");
  if (!home) return;
  const asked = new URLSearchParams(location.search);
  const partner = partnerOf(asked);
  // Only the page of a partner, or in a frame, loads the messages to the page around it and its colours.
  const beside = partner || window.parent !== window ? import(home.dataset.beside ?? "") : null;
  const around = beside?.then(({ ParentBridge }) => ParentBridge.find(home));
  configure(home, { partner, tell: (type, value) => void around?.then((found) => found?.tell(type, value)) });
  void around?.then((found) => found?.begin());
  const page = start(LANGUAGES.find((language) => language === asked.get("lang")) ?? "ja");
  void beside?.then(async ({ applyPartnerTheme }) => applyPartnerTheme(await page));
  void around?.then(async (found) => found?.arrived(await page));
}

/**
 * The partner on whose page this one is. A test is sent from a frame alone, which only a registered page can hold:
 * opened by itself this is the desk's own page, and a person in need may have followed a link that was left there.
 *
 * @param {URLSearchParams} asked
 */
function partnerOf(asked) {
  const key = asked.get("p") ?? "";
  const preview = asked.has("preview");
  const isTest = preview || key.startsWith("pk_test_");
  return isTest && window.parent === window ? "" : inAddress(key, preview);
}
