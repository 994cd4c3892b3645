// Short words at the foot of the page, read out by screen readers, gone after a while.

import { $, h } from "./dom.js";

const SECONDS = 6;

export function notice(text) {
  // A popover lies above an open dialog, too.
  const node = h("div.notice", { popover: "manual" }, text);
  $("notices").append(node);
  node.showPopover();
  setTimeout(() => node.remove(), SECONDS * 1000);
}
