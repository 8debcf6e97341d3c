/**
 * A page pays for the form when somebody comes near it, and not before.
 */

/** How near the view that is. */
const NEAR = "600px 0px";

/**
 * Tells once that an element has come near the view.
 *
 * @param {Element} element @param {() => void} arrive
 * @returns {IntersectionObserver} to be disconnected where nobody waits any more
 */
export function onApproachViewport(element, arrive) {
  const near = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      arrive();
    },
    { rootMargin: NEAR },
  );
  near.observe(element);
  return near;
}
