/**
 * Sizes and times in words: `sizeText(3_400_000)` → 「3.4 MB」.
 */

import { say, state } from "../../app/state.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** @param {number} bytes */
export function sizeText(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const unitDisplay = power ? "short" : "long";
  const how = { style: "unit", unit: UNITS[power], unitDisplay, maximumFractionDigits: 1 };
  const format = new Intl.NumberFormat(state.locale, /** @type {Intl.NumberFormatOptions} */ (how));
  return format.format(bytes / 1000 ** power);
}

/** The remaining time, "" where it is unknown. @param {number | null} seconds */
export function leftText(seconds) {
  if (seconds === null) return "";
  const minutes = Math.ceil(seconds / 60);
  if (seconds < 60) return say("files_left_soon");
  if (minutes < 60) return say("files_left_minutes", { minutes });
  return say("files_left_hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
