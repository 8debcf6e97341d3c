/**
 * Ways to keep the reception number, without which nobody finds the case again, and the warning that its screen ends.
 */

import { announce, button, checkbox, element, plain, setWords } from "../../app/dom.js";
import { say, state } from "../../app/state.js";
import { KEPT_DAYS, keepReceiptOnDevice, receiptKeptUntil } from "../../app/storage.js";
import { canShare, copyText, shareText } from "./clipboard.js";

/** Copies and shares the number. @param {string} number @returns {HTMLElement} */
export function numberActions(number) {
  const { desk } = state;
  const copied = element("span.receipt__copied");
  const copyButton = button("second", say("receipt_copy"), () => void copy(number), { id: "copy-number" });

  /** @param {string} words */
  async function copy(words) {
    const done = (await copyText(words)) ? say("receipt_copied") : "";
    setWords(copied, done);
    announce(done);
    copyButton.focus({ preventScroll: true });
  }

  /** Never an answer: the text may go to another person's device. */
  async function share() {
    const date = desk.clock(desk.now());
    const text = plain(say("receipt_shared", { number, name: desk.name, phone: desk.phone, date }));
    if (!(await shareText(desk.name, text))) await copy(text);
  }
  return element(
    "div.ways",
    copyButton,
    canShare() && button("second", say("receipt_share"), () => void share(), { id: "share-number" }),
    copied,
  );
}

/** The warning that this screen ends with the tab, and the wish to keep it longer. @param {string} key of the warning @returns {HTMLElement} */
export function closingWarning(key) {
  const words = element("p", { id: "receipt-keep" });
  const wish = checkbox(
    say("keep_on_device", { days: KEPT_DAYS }),
    { id: "keep-receipt", "aria-describedby": "receipt-keep" },
    (wanted) => {
      keepReceiptOnDevice(wanted);
      show();
      announce(show());
    },
  );

  /** A full device takes nothing. @returns {string} what is shown */
  function show() {
    const until = receiptKeptUntil();
    const sentence = until ? say("receipt_kept", { date: state.desk.clock(until) }) : say(key);
    wish.box.checked = until > 0;
    setWords(words, sentence);
    return sentence;
  }
  show();
  return element("div.notice.receipt__closing", words, wish.label);
}
