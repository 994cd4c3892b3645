// Atlassian Document Format to DOM: what stands in an issue's description and comments.

import { h } from "./dom.js";
import { link } from "./inline.js";

/** Render a document; a node of a kind that is not known shows its children, and wiki markup stands as it was written. */
export function adf(node) {
  if (typeof node === "string") return [h("pre", node)];
  return node ? (node.content ?? []).map(part) : [];
}

const children = (node) => (node.content ?? []).map(part);

const MAKERS = {
  paragraph: (node) => h("p", children(node)),
  heading: (node) => h(`h${Math.min((node.attrs?.level ?? 2) + 2, 6)}`, children(node)),
  bulletList: (node) => h("ul", children(node)),
  orderedList: (node) => h("ol", { start: node.attrs?.order }, children(node)),
  listItem: (node) => h("li", children(node)),
  taskList: (node) => h("ul.task-list", children(node)),
  taskItem: (node) => h("li", node.attrs?.state === "DONE" ? "☑ " : "☐ ", children(node)),
  blockquote: (node) => h("blockquote", children(node)),
  codeBlock: (node) => h("pre", children(node)),
  panel: (node) => h("div.panel", children(node)),
  rule: () => h("hr"),
  hardBreak: () => h("br"),
  table: (node) => h("div.table", h("table", children(node))),
  tableRow: (node) => h("tr", children(node)),
  tableHeader: (node) => h("th", children(node)),
  tableCell: (node) => h("td", children(node)),
  inlineCard: (node) => link(node.attrs?.url ?? "", node.attrs?.url ?? ""),
  mention: (node) => h("span.mention", node.attrs?.text ?? "@somebody"),
  emoji: (node) => document.createTextNode(node.attrs?.text ?? node.attrs?.shortName ?? ""),
  text,
};

function part(node) {
  return MAKERS[node.type] ? MAKERS[node.type](node) : h("div", children(node));
}

const MARKS = { strong: "strong", em: "em", code: "code", strike: "s", underline: "u" };

function text(node) {
  let made = document.createTextNode(node.text);
  for (const mark of node.marks ?? []) {
    if (mark.type === "link") made = link(mark.attrs.href, made);
    else if (MARKS[mark.type]) made = h(MARKS[mark.type], made);
  }
  return made;
}
