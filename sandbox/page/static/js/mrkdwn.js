// Slack's mrkdwn: *bold*, _italic_, ~strike~, `code`, fences, quotes, and <…> markup.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { angle, scan, unescape } from "./inline.js";

const plain = (text) => withEmoji(unescape(text));

// A mark opens where no word ends and closes where none goes on, as in Slack.
const marked = (mark) => new RegExp(`(?<![\\w${mark}])\\${mark}(?=\\S)([^\\n]*?\\S)\\${mark}(?![\\w${mark}])`, "g");

const RULES = [
  [/`([^`\n]+)`/g, (match) => h("code", unescape(match[1]))],
  [/<([^<>\n]+)>/g, (match) => angle(match[1])],
  [marked("*"), (match) => h("strong", inline(match[1]))],
  [marked("_"), (match) => h("em", inline(match[1]))],
  [marked("~"), (match) => h("s", inline(match[1]))],
];

const inline = (text) => scan(text, RULES, plain);

/** Render mrkdwn text to nodes; line breaks stay as written. */
export function mrkdwn(text) {
  const nodes = [];
  text.split(/```/).forEach((part, place) => {
    if (place % 2) nodes.push(h("pre", unescape(part.replace(/^\n/, "").replace(/\n$/, ""))));
    else nodes.push(...quotes(part));
  });
  return nodes;
}

function quotes(text) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", inline(quoted.join("\n"))));
    quoted = [];
  };
  const lines = text.split("\n");
  lines.forEach((line, place) => {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      quoted.push(quote[1]);
      return;
    }
    flush();
    nodes.push(...inline(line));
    if (place < lines.length - 1) nodes.push("\n");
  });
  flush();
  return nodes;
}
