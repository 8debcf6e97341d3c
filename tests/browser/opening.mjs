/**
 * A desk that is open, or closed, whenever the tests run: `await startDeskThatIs("closed")`.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDesk } from "./desk.mjs";

const PROFILE = fileURLToPath(new URL("../../host/desk", import.meta.url));
const DAY = 86_400_000;
const JAPAN = 9 * 3_600_000;

/** @param {"open" | "closed"} state @param {string[]} [more] further arguments of `serve` */
export async function startDeskThatIs(state, more = []) {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-profile-"));
  cpSync(PROFILE, folder, { recursive: true });
  const file = join(folder, "desk.toml");
  // A test may run over midnight.
  const days = [-1, 0, 1].map((day) => new Date(Date.now() + JAPAN + day * DAY).toISOString().slice(0, 10));
  const key = state === "open" ? "extra_open" : "extra_closed";
  const text = readFileSync(file, "utf8")
    .replace('open = "09:00"', 'open = "00:00"')
    .replace('close = "17:00"', 'close = "24:00"')
    .replace(`${key} = []`, `${key} = ${JSON.stringify(days)}`);
  writeFileSync(file, text);
  const desk = await startDesk(["--desk", folder, ...more]);
  const stop = async () => {
    await desk.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...desk, stop };
}
