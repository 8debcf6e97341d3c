/**
 * The notice that another module came into force while the form was open: its new issues, with ways there.
 */

import { button, element } from "../../app/dom.js";
import { say } from "../../app/state.js";
import { stepOf } from "../../app/steps.js";
import { issueHead } from "../error_summary/error_summary.js";

/** @param {{ fresh: form.Issue[], goTo: (step: string, path: string) => void }} props the issues that were not there before */
export function createModuleUpdateNotice({ fresh, goTo }) {
  const ways = fresh.map((issue) => {
    const { path, message } = issue;
    return element(
      "li",
      button("quiet", issueHead(issue) + message, () => goTo(stepOf(path), path), { "data-path": path }),
    );
  });
  return {
    element: element(
      "div.notice",
      { id: "module-update" },
      element("p", say("module_renewed")),
      ...(ways.length ? [element("p", say("module_renewed_issues")), element("ul", ...ways)] : []),
    ),
  };
}
