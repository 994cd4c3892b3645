// Where a person types: mentions, slash commands, files; Enter sends, Shift+Enter breaks the line.

import { act, upload } from "./api.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { notice } from "./notice.js";
import { avatar } from "./sidebar.js";
import { store } from "./store.js";

/** Make a composer for `place()`, which returns {channel, thread, label}; `sent(ts)` learns of each message. */
export function composer(place, sent = () => {}) {
  const input = h("textarea.composer-input", { rows: 1, "aria-label": "Message", spellcheck: true });
  const list = h("ul.suggestions.mentions", { role: "listbox", "aria-label": "People to mention", hidden: true });
  const picked = h("span.picked");
  const file = h("input", { type: "file", hidden: true, "aria-label": "File to upload" });
  const node = h(
    "div.composer",
    list,
    input,
    h(
      "div.composer-tools",
      tool("Attach a file", "clip", () => file.click()),
      tool("Mention somebody", "at", () => insert(input, "@")),
      tool("Use a command", "slash", () => insert(input, "/jira help")),
      picked,
      file,
      h("button.send", { type: "button", "aria-label": "Send", title: "Send (Enter)", onclick: () => send() }, icon("send")),
    ),
  );

  const send = async () => {
    const text = input.value.trim();
    const chosen = file.files[0];
    if (!text && !chosen) return;
    input.value = "";
    file.value = "";
    replace(picked);
    grow(input);
    const answer = await deliver(place(), text, chosen);
    if (answer?.error) input.value = text;
    else if (answer?.result?.ts) sent(answer.result.ts);
  };
  file.addEventListener("change", () => replace(picked, file.files[0]?.name ?? ""));
  input.addEventListener("input", () => {
    grow(input);
    suggestPeople(input, list);
  });
  input.addEventListener("blur", () => setTimeout(() => (list.hidden = true), 150));
  input.addEventListener("keydown", (event) => {
    if (!list.hidden && choosesPerson(event, input, list)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  return {
    node,
    input,
    refresh: () => {
      input.placeholder = place().label;
    },
    /** Put words into the field, ready to be sent. */
    fill(text) {
      input.value = text;
      grow(input);
      input.focus();
    },
  };
}

async function deliver({ channel, thread }, text, file) {
  if (text.startsWith("/") && !file) return command(channel, text);
  const written = asSlackWouldWriteIt(text);
  if (file) return upload(file, { channel, thread, text: written });
  return act("say", { channel, text: written, ...(thread ? { thread_ts: thread } : {}) });
}

function command(channel, text) {
  const [name, ...rest] = text.split(/\s+/);
  if (name !== "/jira") {
    notice(`${name} is not a command of this app. Try /jira help.`);
    return { error: "unknown command" };
  }
  return act("command", { channel, command: name, text: rest.join(" ") });
}

/** Escape text and turn typed @names into mentions, as Slack's own client does. */
export function asSlackWouldWriteIt(text) {
  const names = [...store.people.values()].flatMap((one) => [
    [one.real_name, one.id],
    [one.name, one.id],
  ]);
  names.sort((a, b) => b[0].length - a[0].length);
  let written = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  for (const [name, id] of names) {
    const pattern = new RegExp(`(?<![\\w@])@${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "gi");
    written = written.replace(pattern, `<@${id}>`);
  }
  return outsideCode(written, (words) => words.replace(URL_TYPED, "<$&>"));
}

const URL_TYPED = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]*_~]/g;

/** Change what stands outside of fences and backticks. */
const outsideCode = (text, change) => text.split(/(```[\s\S]*?(?:```|$)|`[^`\n]+`)/).map((part, place) => (place % 2 ? part : change(part))).join("");

function tool(title, sign, onclick) {
  return h("button.icon-button", { type: "button", title, "aria-label": title, onclick }, icon(sign));
}

function insert(input, text) {
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
  input.focus();
  input.dispatchEvent(new Event("input"));
}

function grow(input) {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
}

const TYPED_NAME = /(?<![\w@])@([\w ]{0,20})$/;

function suggestPeople(input, list) {
  const match = TYPED_NAME.exec(input.value.slice(0, input.selectionStart));
  const wanted = match?.[1].toLowerCase();
  const fits = (one) => one.id !== store.me && [one.real_name, one.name].some((n) => n.toLowerCase().startsWith(wanted));
  const found = match ? [...store.people.values()].filter(fits) : [];
  list.hidden = !found.length;
  replace(list, found.map((one, place) => suggestion(one, place === 0, () => mention(input, list, one))));
}

function suggestion(person, isFirst, choose) {
  const onmousedown = (event) => {
    event.preventDefault();
    choose();
  };
  return h("li", { role: "option", "aria-selected": String(isFirst) }, h("button", { type: "button", tabindex: -1, onmousedown }, avatar(person.id, "tiny"), person.real_name));
}

function mention(input, list, person) {
  const end = input.selectionStart;
  const start = input.value.slice(0, end).lastIndexOf("@");
  input.setRangeText(`@${person.real_name} `, start, end, "end");
  list.hidden = true;
  input.focus();
}

function choosesPerson(event, input, list) {
  const rows = [...list.children];
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") list.hidden = true;
  else if (event.key === "Tab" || event.key === "Enter") {
    rows[at].querySelector("button").dispatchEvent(new MouseEvent("mousedown", { cancelable: true }));
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = (at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === next)));
  } else return false;
  event.preventDefault();
  return true;
}
