/**
 * The table that every engine runs: `[{"name", "text_base64", "context", "report"}, …]`, from the file that
 * `KAKEKOMI_CASES` names. `report` is the canonical text that the native core gives.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export function cases() {
  const file = process.env.KAKEKOMI_CASES;
  assert.ok(file, "KAKEKOMI_CASES names the file of cases");
  const read = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(Array.isArray(read) && read.length > 0, "there are cases");
  return read;
}
