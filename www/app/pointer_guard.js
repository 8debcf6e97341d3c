/**
 * Protection of a press: leaving a field checks it, and a message that then appears or goes would move the very button that is being
 * pressed, so that the press would miss it.
 */

let pressed = false;
/** @type {Set<() => void>} */
const waiting = new Set();

addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, released, true);

/** Runs the waiting functions after the click, which follows the release at once. */
function released() {
  pressed = false;
  setTimeout(() => {
    const runs = [...waiting];
    waiting.clear();
    for (const run of runs) run();
  });
}

/** Runs a function now, or once after the press. @param {() => void} run */
export function afterPointerUp(run) {
  if (pressed) waiting.add(run);
  else run();
}
