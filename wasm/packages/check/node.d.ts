import type { Cache } from "./index.js";

/** A cache in a folder, which is created if it is missing. */
export function fileCache(folder: string): Cache;
