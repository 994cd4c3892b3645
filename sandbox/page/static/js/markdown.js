// Standard Markdown as Slack's markdown block shows it: headings, lists, tables, quotes, fences, links.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { angle, link, scan } from "./inline.js";

const plain = (text) => withEmoji(text.replace(/\\([\\`*_{}[\]()#+.!|~<>-])/g, "$1"));

const RULES = [
  [/\\[\\`*_{}[\]()#+.!|~<>-]/g, () => null],
  [/(`+)([^`]|[^`].*?[^`])\1(?!`)/g, (match) => h("code", match[2].trim())],
  [/<((?:[@#!]|https?:|mailto:)[^<>\s]*(?:\|[^<>]*)?)>/g, (match) => angle(match[1])],
  [/!?\[([^\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)/g, (match) => link(match[2], match[1] || match[2])],
  [/\*\*(?=\S)(.*?\S)\*\*/g, (match) => h("strong", inline(match[1]))],
  [/(?<!\w)__(?=\S)(.*?\S)__(?!\w)/g, (match) => h("strong", inline(match[1]))],
  [/~~(?=\S)(.*?\S)~~/g, (match) => h("s", inline(match[1]))],
  [/\*(?=[^\s*])(.*?[^\s*])\*(?!\*)/g, (match) => h("em", inline(match[1]))],
  [/(?<!\w)_(?=\S)(.*?\S)_(?!\w)/g, (match) => h("em", inline(match[1]))],
  [/https?:\/\/[^\s<>()[\]]*[^\s<>()[\].,;:!?'"]/g, (match) => link(match[0], match[0])],
];

const inline = (text) => scan(text, RULES, plain);

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Render Markdown to nodes; what is not finished yet (an open fence) is shown as far as it goes. */
export function markdown(text) {
  return blocks(text.split("\n"));
}

function blocks(lines) {
  const nodes = [];
  let place = 0;
  while (place < lines.length) {
    const [node, next] = block(lines, place);
    if (node) nodes.push(node);
    place = next;
  }
  return nodes;
}

function block(lines, place) {
  const line = lines[place];
  if (!line.trim()) return [null, place + 1];
  if (FENCE.test(line)) return fence(lines, place);
  const heading = HEADING.exec(line);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, inline(heading[2])), place + 1];
  if (RULE.test(line)) return [h("hr"), place + 1];
  if (QUOTE.test(line)) return quote(lines, place);
  if (line.includes("|") && TABLE_LINE.test(lines[place + 1] ?? "") && lines[place + 1].includes("-")) {
    return table(lines, place);
  }
  if (ITEM.test(line)) return list(lines, place);
  return paragraph(lines, place);
}

function fence(lines, place) {
  const mark = FENCE.exec(lines[place])[1];
  let end = place + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", lines.slice(place + 1, end).join("\n")), end + 1];
}

function quote(lines, place) {
  let end = place;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  return [h("blockquote", blocks(lines.slice(place, end).map((line) => QUOTE.exec(line)[1]))), end];
}

function list(lines, place) {
  const [, indent, mark] = ITEM.exec(lines[place]);
  const isNumbered = /\d/.test(mark);
  const node = isNumbered ? h("ol", { start: parseInt(mark, 10) }) : h("ul");
  let end = place;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (!item || item[1].length !== indent.length || /\d/.test(item[2]) !== isNumbered) break;
    const content = [item[3]];
    end += 1;
    while (end < lines.length && continues(lines, end, indent.length)) {
      content.push(lines[end].slice(Math.min(indent.length + 2, lines[end].search(/\S|$/))));
      end += 1;
    }
    node.append(listItem(content));
  }
  return [node, end];
}

function continues(lines, place, indent) {
  const line = lines[place];
  if (!line.trim()) return /^\s{2,}\S/.test(lines[place + 1] ?? "") && lines[place + 1].search(/\S/) > indent;
  return line.search(/\S/) > indent;
}

function listItem(content) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(content[0]);
  const first = task ? `${task[1] === " " ? "☐" : "☑"} ${task[2]}` : content[0];
  const inner = content.slice(1);
  return h("li", inline(first), inner.length ? blocks(inner) : null);
}

function table(lines, place) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  let end = place + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const head = h("tr", cells(lines[place]).map((cell) => h("th", inline(cell))));
  const rows = lines.slice(place + 2, end).map((line) => h("tr", cells(line).map((cell) => h("td", inline(cell)))));
  return [h("div.table", h("table", h("thead", head), h("tbody", rows))), end];
}

function paragraph(lines, place) {
  const starts = (line) => !line.trim() || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line);
  let end = place + 1;
  while (end < lines.length && !starts(lines[end])) end += 1;
  const parts = lines.slice(place, end).flatMap((line, row) => [row ? h("br") : null, ...inline(line.trim())]);
  return [h("p", parts), end];
}
