/**
 * The desk's own page: it lives in the element that index.html holds for it, alone or in a frame of a partner's page.
 */

import { Around } from "./embed/around.js";
import { inAddress } from "./embed/mount.js";
import { settle } from "./place.js";
import { start } from "./start.js";

const home = document.getElementById("kakekomi");
if (home) {
  const asked = new URLSearchParams(location.search);
  const around = Around.find(home);
  settle(home, { partner: partnerOf(asked), tell: (type, value) => around?.tell(type, value) });
  around?.begin();
  void start(asked.get("lang") === "en" ? "en" : "ja").then((page) => around?.arrived(page));
}

/**
 * The partner on whose page this one stands. A test is sent from a frame alone, which only a registered page can hold:
 * opened by itself this is the desk's own page, and somebody in need may have followed a link that was left there.
 *
 * @param {URLSearchParams} asked
 */
function partnerOf(asked) {
  const key = asked.get("p") ?? "";
  const preview = asked.has("preview");
  const isTest = preview || key.startsWith("pk_test_");
  return isTest && window.parent === window ? "" : inAddress(key, preview);
}
