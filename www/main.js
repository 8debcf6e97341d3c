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
  settle(home, { partner: inAddress(asked.get("p") ?? "", asked.has("preview")), tell: (type, value) => around?.tell(type, value) });
  around?.begin();
  void start(asked.get("lang") === "en" ? "en" : "ja").then((page) => around?.arrived(page));
}
