// Short words at the foot of the page, read out by screen readers, gone after a while.

import { $, h } from "./dom.js";

const SECONDS = 6;

export function notice(text) {
  const node = h("div.notice", text);
  $("notices").append(node);
  setTimeout(() => node.remove(), SECONDS * 1000);
}
