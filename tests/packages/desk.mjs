/**
 * The program under test, and the packed files that its desk serves.
 *
 *     const desk = await startDesk();
 *     await packageUrl(desk, "check")   → "http://127.0.0.1:41001/packages/kakekomi-check-0.1.0.tgz"
 */

export { BINARY, launch, startDesk, terminate } from "../browser/desk.mjs";
