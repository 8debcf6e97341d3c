/**
 * Nothing moves under a finger: leaving a field checks it, and a message that then appears or goes would
 * shift the very button that is being pressed, so that the press would miss it.
 */

let pressed = false;
/** @type {Set<() => void>} */
const waiting = new Set();

addEventListener(
  "pointerdown",
  () => {
    pressed = true;
  },
  true,
);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, released, true);

/** The click follows the release at once; what waited comes after it. */
function released() {
  pressed = false;
  setTimeout(() => {
    const runs = [...waiting];
    waiting.clear();
    for (const run of runs) run();
  });
}

/** Runs now, or once the press is over; the same function waits once. @param {() => void} run */
export function afterPointerUp(run) {
  if (pressed) waiting.add(run);
  else run();
}
