// Inline parts that Slack's mrkdwn and Markdown share: mentions, links, and a scanner over patterns.

import { h, safeUrl } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { store } from "./store.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/**
 * Walk over text with rules `[pattern, make]`; the earliest match wins, the rest stays text.
 * `make(match)` returns a node, or null to leave the match as it is written.
 */
export function scan(text, rules, plain) {
  const nodes = [];
  let at = 0;
  for (;;) {
    const found = earliest(text, rules, at);
    if (!found) break;
    const { match, make } = found;
    if (match.index > at) nodes.push(plain(text.slice(at, match.index)));
    nodes.push(make(match) ?? plain(match[0]));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(plain(text.slice(at)));
  return nodes;
}

function earliest(text, rules, at) {
  let best = null;
  for (const [pattern, make] of rules) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, make };
  }
  return best;
}

export function person(id) {
  return h("span.mention", { class: `mention${id === store.me ? " mention-me" : ""}` }, `@${store.nameOf(id)}`);
}

/** What stands between < and > in Slack's own markup. */
export function angle(inner) {
  const [target, label] = inner.split(/\|(.*)/s);
  if (/^@[UW]/.test(target)) return person(target.slice(1));
  if (/^#C/.test(target)) return h("span.mention", `#${label || store.channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return h("time", label || target);
  if (target.startsWith("!")) return h("span.mention", `@${label || target.slice(1).split("^")[0]}`);
  return link(unescape(target), label ? withEmoji(unescape(label)) : unescape(target));
}

/** A link; those that lead to an issue of the sandbox's Jira open in the pane beside the messages. */
export function link(url, label) {
  const target = safeUrl(url);
  if (!target) return typeof label === "string" ? document.createTextNode(label) : label;
  const key = /\/browse\/([A-Z][A-Z0-9_]*-\d+)/.exec(target)?.[1];
  const properties = { href: target, target: "_blank", rel: "noopener noreferrer" };
  if (key && !store.real.jira) {
    properties.onclick = (event) => {
      event.preventDefault();
      store.openIssue(key);
    };
  }
  return h("a", properties, label);
}
