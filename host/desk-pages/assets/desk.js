/*
 * The live queue. Everything works without this script.
 *
 * The stream carries a number only, that of the last event of the store. If it is larger than the number with which the list was
 * made, the list is loaded anew and put in its place, unless somebody is choosing or typing in it: then a link offers it.
 */

const list = document.querySelector("[data-live]");
if (list) watch(list);

/** @param {Element} list the part of the page that is replaced */
function watch(list) {
  let stream = null;
  let seen = Number(list.dataset.live);
  let latest = seen;
  let loading = false;

  function open() {
    stream ??= new EventSource("/queue/events");
    stream.onmessage = ({ data }) => {
      latest = Math.max(latest, Number(data));
      refresh();
    };
    stream.onerror = () => {
      // The session has ended: a new visit leads to the sign-in page.
      if (stream?.readyState === EventSource.CLOSED) showNotice("ended");
    };
  }

  function close() {
    stream?.close();
    stream = null;
  }

  async function refresh() {
    if (loading || latest <= seen) return;
    loading = true;
    const wanted = latest;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh) return;
      seen = Math.max(wanted, Number(fresh.dataset.live));
      if (fresh.querySelector("tbody")?.innerHTML === list.querySelector("tbody")?.innerHTML) return;
      if (isInUse()) showNotice("news");
      else list.replaceChildren(...fresh.childNodes);
    } finally {
      loading = false;
      if (latest > seen) setTimeout(refresh, 1000);
    }
  }

  /** Something in the list is chosen, typed or focused, so that it must not move. */
  function isInUse() {
    return (
      list.contains(document.activeElement) ||
      [...list.querySelectorAll("input, textarea")].some((field) =>
        field.type === "checkbox" ? field.checked : field.value !== field.defaultValue,
      )
    );
  }

  /** @param {"news" | "ended"} name */
  function showNotice(name) {
    const notice = document.querySelector(`[data-notice="${name}"]`);
    if (notice) notice.hidden = false;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", () => document.hidden || open());
  if (!document.hidden) open();
}
