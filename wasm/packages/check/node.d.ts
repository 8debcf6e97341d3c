import type { Cache } from "./index.js";

/** A cache in a folder, which is made where there is none. */
export function fileCache(folder: string): Cache;
