/**
 * The receipt: the number with ways to keep it, the next steps, and the record of what was sent.
 *
 * The number is shown only after the server reported that the record is durable (clause 4⑩), and waits for nothing else: the
 * record and the copy come with the script that is loaded later.
 */

import { canShare, copyText, shareText } from "../../app/clipboard.js";
import { announce, button, checkbox, element } from "../../app/dom.js";
import { saveFile } from "../../app/download.js";
import { scrollAndFocus } from "../../app/environment.js";
import { loadLater } from "../../app/later.js";
import { byHours, hoursText } from "../../app/opening_hours.js";
import { say, state } from "../../app/state.js";
import { forgetAll, KEPT_DAYS, keepReceiptOnDevice, receiptKeptUntil } from "../../app/storage.js";
import { afterHoursContacts } from "../contact_list/contact_list.js";
import { withPhoneLink } from "../phone_link/phone_link.js";

/** @param {{ kept: form.Kept, report: form.Report | null, router: import("../../app/router.js").Router }} props */
export function createReceipt({ kept, report, router }) {
  const { receipt, text, later } = kept;
  const title = say("receipt_title");
  const place = element("div");
  let record = showRecord();

  async function showRecord() {
    try {
      const { createReceiptRecord } = await loadLater();
      const made = createReceiptRecord({ kept, report });
      place.replaceChildren(made.element);
      return made;
    } catch (failure) {
      console.warn("later", failure instanceof Error ? failure.message : failure);
      place.replaceChildren(
        element("p.notice", { id: "receipt-incomplete", tabindex: "-1" }, say("receipt_incomplete")),
      );
      return null;
    }
  }

  async function save() {
    const made = (await record) ?? (await (record = showRecord()));
    if (made) return made.save();
    announce(say("receipt_incomplete"));
    scrollAndFocus(place.querySelector("p"), "nearest");
  }
  const saveData = () => saveFile(JSON.stringify({ receipt, draft: JSON.parse(text) }), receipt.number);
  return {
    title,
    element: element(
      "div.sheet.receipt",
      element("h1", { tabindex: "-1" }, title),
      later &&
        element(
          "div.notice",
          { id: "earlier" },
          element("p", ...withPhoneLink("receipt_earlier")),
          button("second", say("receipt_later"), () => saveFile(later)),
        ),
      numberPanel(receipt),
      element(
        "div.ways",
        button("main", say("receipt_save"), () => void save(), { id: "save-receipt" }),
        button("second", say("receipt_print"), () => print()),
        button("quiet", say("receipt_data"), saveData, { id: "save-data" }),
      ),
      element("p.hint", say("receipt_file")),
      nextSteps(receipt),
      afterHoursContacts(),
      place,
      element(
        "div.ways.receipt__again",
        button("quiet", say("receipt_again"), () => beginAnew(router)),
      ),
    ),
  };
}

/** The number and the ways to keep it: without it nobody finds the case again. @param {any} receipt */
function numberPanel({ number, received_at, test }) {
  const { desk } = state;
  const copied = element("span.receipt__copied");
  /** @param {string} words */
  async function copy(words) {
    const done = (await copyText(words)) ? say("receipt_copied") : "";
    copied.textContent = done;
    announce(done);
    copyButton.focus({ preventScroll: true });
  }
  async function share() {
    const words = { number, name: desk.name, phone: desk.phone, date: desk.clock(desk.now()) };
    const text = say("receipt_shared", words);
    if (!(await shareText(desk.name, text))) await copy(text);
  }
  const copyButton = button("second", say("receipt_copy"), () => void copy(number), { id: "copy-number" });
  return element(
    "div.receipt__number",
    element("p.label", say("receipt_number")),
    element("p.receipt__digits", { id: "reception-number" }, number),
    element("p.hint", say("receipt_spoken")),
    element(
      "div.ways",
      copyButton,
      canShare() && button("second", say("receipt_share"), () => void share(), { id: "share-number" }),
      copied,
    ),
    test && element("p.strong", { id: "receipt-test" }, say("test_notice")),
    element("p", say("receipt_received"), " ", desk.clock(received_at)),
    closingNotice(),
  );
}

/** The warning that this screen ends with the tab, and the wish to keep it longer. */
function closingNotice() {
  const words = element("p", { id: "receipt-keep" });
  const show = () => {
    const until = receiptKeptUntil();
    words.textContent = until ? say("receipt_kept", { date: state.desk.clock(until) }) : say("receipt_keep");
  };
  const wish = checkbox(
    say("keep_on_device", { days: KEPT_DAYS }),
    { id: "keep-receipt", checked: receiptKeptUntil() > 0, "aria-describedby": "receipt-keep" },
    (wanted) => {
      keepReceiptOnDevice(wanted);
      // A full device takes nothing.
      wish.box.checked = receiptKeptUntil() > 0;
      show();
      announce(words.textContent);
    },
  );
  show();
  return element("div.notice.receipt__closing", words, wish.label);
}

/** The next steps, in the desk's own sentences; never when it answers (clause 4①). @param {any} receipt */
function nextSteps(receipt) {
  const sentences = /** @type {string[]} */ (receipt.next ?? []);
  return element(
    "section",
    element("h2", say("receipt_next")),
    element("ol.receipt__next", ...sentences.map((sentence) => element("li", sentence))),
    byHours("", () => [element("p", hoursText("receipt_open", "receipt_opening"))]),
    element("p.strong", ...withPhoneLink("receipt_phone")),
    receipt.no_promise && element("p.hint", receipt.no_promise),
  );
}

/** Another matter: nothing of this one stays. @param {import("../../app/router.js").Router} router */
function beginAnew(router) {
  forgetAll();
  state.beginIntake();
  router.showConsent();
}
