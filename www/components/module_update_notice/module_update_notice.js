/**
 * The notice that another module came into force while the form was open: its new issues, with ways there.
 */

import { button, element } from "../../app/dom.js";
import { say, state } from "../../app/state.js";
import { stepOf } from "../../app/steps.js";

/** @param {{ fresh: form.Issue[], goTo: (step: string, path: string) => void }} props the issues that were not there before */
export function createModuleUpdateNotice({ fresh, goTo }) {
  const ways = fresh.map(({ path, message }) =>
    element(
      "li",
      button("quiet", state.description.titleOf(path), () => goTo(stepOf(path), path), { "data-path": path }),
      " ",
      message,
    ),
  );
  return {
    element: element(
      "div.notice",
      { id: "module-update" },
      element("p", say("module_renewed")),
      ...(ways.length ? [element("p", say("module_renewed_issues")), element("ul", ...ways)] : []),
    ),
  };
}
