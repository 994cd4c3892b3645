// The pane with the issues of the sandbox's Jira: the newest first, one of them readable.

import { adf } from "./adf.js";
import { h, replace, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { changed, store } from "./store.js";

const TYPE_SIGN = { Bug: "●", Incident: "▲", Task: "■", Story: "◆", "Sub-task": "▪" };
const opened = Date.now();

/** Show the list, or the issue that is open. */
export function jiraPane(node) {
  if (store.real.jira) {
    replace(node, h("p.empty-pane", "This demo works with a real Jira: its issues are to be seen there."));
    return;
  }
  const issue = store.issues.get(store.selected.issue);
  replace(node, issue ? detail(issue) : list());
}

function list() {
  const issues = [...store.issues.values()].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  if (!issues.length) return h("p.empty-pane", "No issues yet.");
  return [h("p.pane-note", "Jira as its administrator sees it"), h("ul.issues", issues.map(row))];
}

const isNew = (issue) => Date.parse(issue.created) > opened - 60_000;

function row(issue) {
  return h(
    "li",
    h(
      "button",
      { type: "button", class: `issue-row${isNew(issue) ? " issue-new" : ""}`, onclick: () => open(issue.key) },
      typeSign(issue),
      h("span.issue-key", issue.key),
      isNew(issue) ? h("span.new-tag", "New") : null,
      statusTag(issue),
      h("span.issue-summary", issue.summary),
    ),
  );
}

export function open(key) {
  store.selected.issue = key;
  changed("issues");
}

const typeSign = (issue) =>
  h("span", { class: `issue-type type-${issue.type.toLowerCase()}`, title: issue.type }, TYPE_SIGN[issue.type] ?? "●");

const statusTag = (issue) => h("span", { class: `lozenge lozenge-${issue.status.category}` }, issue.status.name);

function detail(issue) {
  const facts = [
    ["Project", issue.project],
    ["Type", issue.type],
    ["Priority", issue.priority],
    ["Reporter", issue.reporter],
    ["Assignee", issue.assignee ?? "Unassigned"],
    ["Labels", issue.labels.join(", ")],
    ["Components", issue.components.join(", ")],
    ["Due", issue.due],
    ...issue.fields.map(({ name, value }) => [name, value]),
    ["Created", new Date(issue.created).toLocaleString()],
  ].filter(([, value]) => value);
  return h(
    "article.issue",
    h("button.back", { type: "button", onclick: () => open(null) }, "← All issues"),
    h("div.issue-head", typeSign(issue), h("span.issue-key", issue.key), statusTag(issue)),
    h("h3.issue-title", issue.summary),
    h("dl.facts", facts.map(([name, value]) => [h("dt", name), h("dd", value)])),
    h("h4", "Description"),
    h("div.adf", issue.description ? adf(issue.description) : h("p.muted", "None")),
    issue.attachments.length ? [h("h4", "Attachments"), h("ul", issue.attachments.map((name) => h("li", name)))] : null,
    issue.links.length ? [h("h4", "Linked"), h("ul.links", issue.links.map(linkRow))] : null,
    issue.comments.length ? [h("h4", "Comments"), issue.comments.map(comment)] : null,
  );
}

function linkRow({ title, url }) {
  const target = safeUrl(url);
  return h("li", icon("link"), target ? h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, title) : title);
}

function comment({ author, created, body }) {
  const head = h("div.comment-head", h("strong", author), " ", h("time.muted", new Date(created).toLocaleString()));
  return h("div.comment", head, h("div.adf", adf(body)));
}
