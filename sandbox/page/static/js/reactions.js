// Emoji on a message: those that are there, and the small picker; the one that files an issue comes first.

import { act } from "./api.js";
import { h, replace } from "./dom.js";
import { emoji } from "./emoji.js";
import { store } from "./store.js";

const USUAL = ["+1", "eyes", "white_check_mark", "tada", "heart"];

/** The reactions of a message, each with its count; a click puts one's own on or takes it back. */
export function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  return h("div.reactions", message.reactions.map((one) => chip(channel, message, one)));
}

function chip(channel, message, { name, users }) {
  const isMine = users.includes(store.me);
  const names = users.map((id) => (id === store.me ? "you" : store.nameOf(id))).join(", ");
  const properties = {
    type: "button",
    class: `reaction${isMine ? " mine" : ""}`,
    title: `:${name}: ${names}`,
    "aria-label": `${name}, ${users.length}`,
    "aria-pressed": String(isMine),
    onclick: () => react(channel, message, name),
  };
  return h("button", properties, emoji(name), h("span", String(users.length)));
}

function react(channel, message, name) {
  const one = message.reactions?.find((each) => each.name === name);
  return act(one?.users.includes(store.me) ? "unreact" : "react", { channel, ts: message.ts, name });
}

/** The picker's node, to be opened by `open(button, channel, message)` beside the button that asks for it. */
export function picker() {
  const node = h("div.picker", { popover: "auto", role: "menu", "aria-label": "Add a reaction" });
  const open = (button, channel, message) => {
    const choose = (name) => {
      node.hidePopover();
      react(channel, message, name);
    };
    replace(node, choices().map((name) => choice(name, () => choose(name))));
    node.showPopover();
    place(node, button.getBoundingClientRect());
    node.querySelector("button").focus();
  };
  node.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...node.querySelectorAll("button")];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  return { node, open };
}

function choices() {
  const first = store.fileEmoji;
  return first ? [first, ...USUAL.filter((name) => name !== first)] : USUAL;
}

function choice(name, onclick) {
  const isFiling = name === store.fileEmoji;
  const words = isFiling ? `${name}: drafts an issue` : name;
  return h("button", { type: "button", role: "menuitem", class: isFiling ? "filing" : null, title: words, "aria-label": words, onclick }, emoji(name));
}

/** Put the picker above the button, inside the window. */
function place(node, { top, right }) {
  node.style.left = `${Math.max(8, right - node.offsetWidth)}px`;
  node.style.top = `${top > node.offsetHeight + 16 ? top - node.offsetHeight - 6 : top + 36}px`;
}
