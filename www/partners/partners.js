/**
 * The script of the page for partners: a choice is shown at once, and a press copies. Without it, a button submits the choice and the
 * text is selected by hand.
 */

const form = document.getElementById("compose");
if (form instanceof HTMLFormElement) {
  for (const choice of form.querySelectorAll('input[type="radio"]'))
    choice.addEventListener("change", () => form.requestSubmit());
}

for (const press of document.querySelectorAll("button[data-copies]")) {
  if (press instanceof HTMLButtonElement) press.addEventListener("click", () => void copy(press));
}

/** @param {HTMLButtonElement} press */
async function copy(press) {
  const { copies = "", done = "", failed = "" } = press.dataset;
  const box = document.getElementById(copies);
  if (!(box instanceof HTMLTextAreaElement)) return;
  const copied = await navigator.clipboard.writeText(box.value).then(
    () => true,
    () => false,
  );
  if (!copied) box.select();
  const status = press.nextElementSibling;
  if (status) status.textContent = copied ? done : failed;
}
