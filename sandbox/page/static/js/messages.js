// Messages in a channel and in a thread; a message's node is made anew only when the message changed.

import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { clock, h } from "./dom.js";
import { icon } from "./icons.js";
import { link } from "./inline.js";
import { markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";
import { askToDelete, beginEdit, dismiss, editor, isDismissed, isEdited, isOwn } from "./own.js";
import { picker, reactions } from "./reactions.js";
import { avatar } from "./sidebar.js";
import { changed, store } from "./store.js";

/** Show `items` in `list`, keeping nodes of unchanged ones. */
export function showItems(list, items) {
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let last = null;
  for (const item of items) {
    let node = known.get(item.key);
    known.delete(item.key);
    if (!node || node.dataset.look !== item.look) {
      const fresh = item.make();
      Object.assign(fresh.dataset, { key: item.key, look: item.look });
      node?.replaceWith(fresh);
      node = fresh;
    }
    const expected = last ? last.nextSibling : list.firstChild;
    if (node !== expected) list.insertBefore(node, expected);
    last = node;
  }
  for (const node of known.values()) node.remove();
}

/** What the channel shows: top-level messages with their reply counts, and what only this person sees. */
export function channelItems(channel, open) {
  const shown = store.inChannel(channel).filter((one) => !isReply(one) || one.subtype === "thread_broadcast");
  const items = shown.map((message) => {
    const replies = store.thread(channel, message.ts).filter((one) => one.ts !== message.ts);
    const busy = store.statusOf(channel, message.ts);
    const foot = () => (replies.length || busy ? threadFoot(message, replies, busy, open) : null);
    const extra = `${replies.length}:${replies.at(-1)?.ts}:${busy?.status ?? ""}`;
    return item(channel, message, extra, { foot, open });
  });
  return withEphemerals(items, channel, null);
}

/** What a thread shows: its root, the replies, the status line's own element comes after them. */
export function threadItems(channel, root) {
  const items = store.thread(channel, root).map((message) => item(channel, message, "thread", {}));
  return withEphemerals(items, channel, root);
}

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

/** Threads are opened from the channel's pane only. */
const paneOf = ({ open }) => (open ? "channel" : "thread");

function item(channel, message, extra, parts) {
  const look = `${store.me}|${extra}|${isEdited(channel, message, paneOf(parts))}|${JSON.stringify(message)}`;
  return { key: message.ts, look, make: () => messageNode(channel, message, parts) };
}

function withEphemerals(items, channel, thread) {
  const mine = store.ephemerals.filter(
    (one) => one.channel === channel && one.user === store.me && (one.thread_ts ?? null) === thread && !isDismissed(one),
  );
  const more = mine.map((one) => ({ key: `e${one.ts}`, look: "e", make: () => ephemeralNode(channel, one) }));
  return [...items, ...more].sort((a, b) => Number(a.key.replace("e", "")) - Number(b.key.replace("e", "")));
}

function messageNode(channel, message, { foot, open }) {
  const pane = paneOf({ open });
  if (/_(join|leave)$/.test(message.subtype ?? "")) return h("li.message.system", mrkdwn(message.text));
  if (message.subtype === "tombstone") return h("li.message.system", { dataset: { ts: message.ts } }, message.text, foot ? foot() : null);
  const isBot = Boolean(message.bot_id);
  const isStreaming = message.streaming_state === "in_progress";
  return h(
    "li.message",
    { class: `message${isBot ? " from-bot" : ""}${isStreaming ? " streaming" : ""}`, dataset: { ts: message.ts } },
    avatar(message.user),
    h(
      "div.message-body",
      h(
        "div.message-head",
        h("strong.author", message.username ?? store.nameOf(message.user)),
        isBot ? h("span.app-tag", "App") : null,
        h("time.time", clock(message.ts)),
      ),
      isEdited(channel, message, pane)
        ? editor(channel, message)
        : content(message, (block, element, value) => click(channel, message.ts, block, element, value)),
      reactions(channel, message),
      foot ? foot() : null,
    ),
    tools(channel, message, open),
  );
}

function content(message, use) {
  const parts = [h("div.content", body(message, use))];
  if (message.stream_tasks?.length) parts.unshift(tasks(message));
  for (const attachment of message.attachments ?? []) parts.push(attachmentNode(attachment, use));
  if (message.files?.length) parts.push(h("div.files", message.files.map(fileNode)));
  if (message.edited && !message.bot_id) parts.push(h("span.edited", "(edited)"));
  return parts;
}

function body(message, use) {
  // Below the text of a stream stand the blocks with which it was ended.
  const streamed = message.streaming_state && message.markdown_text ? [h("div.markdown", markdown(message.markdown_text))] : [];
  if (message.bot_id && message.blocks?.length) return [...streamed, ...renderBlocks(message.blocks, { act: use })];
  if (message.markdown_text) return h("div.markdown", markdown(message.markdown_text));
  return h("div.text", mrkdwn(message.text ?? ""));
}

const TASK_STATE = { pending: ["○", "waits"], in_progress: ["◌", "under way"], complete: ["✓", "done"], error: ["!", "failed"] };

/** What the bot did on the way: a line for each task, with its state and the links to what it found. */
function tasks(message) {
  const row = (task) => {
    const [sign, state] = TASK_STATE[task.status] ?? TASK_STATE.pending;
    return h(
      "li",
      { class: `task task-${task.status}` },
      h("span.task-sign", { role: "img", "aria-label": state, title: state }, sign),
      h("span.task-title", task.title),
      task.output ? h("span.task-output", task.output) : null,
      (task.sources ?? []).map((source) => h("span.task-source", link(source.url, source.text || source.url))),
    );
  };
  return h("div.tasks", message.stream_plan ? h("strong", message.stream_plan) : null, h("ul", message.stream_tasks.map(row)));
}

function attachmentNode(attachment, use) {
  const style = attachment.color ? `--edge:#${attachment.color.replace("#", "")}` : "";
  const inner = attachment.blocks ? renderBlocks(attachment.blocks, { act: use }) : mrkdwn(attachment.text ?? "");
  return h("div.attachment", { style }, inner);
}

const fileNode = (file) => h("span.file", icon("clip"), file.name ?? file.id);

function ephemeralNode(channel, one) {
  const use = (block, element, value) => click(channel, one.ts, block, element, value);
  return h(
    "li.message.ephemeral",
    avatar(store.bot),
    h(
      "div.message-body",
      h("div.only-you", "Only visible to you"),
      h("div.message-head", h("strong.author", store.nameOf(store.bot)), h("span.app-tag", "App"), h("time.time", clock(one.ts))),
      h("div.content", one.blocks?.length ? renderBlocks(one.blocks, { act: use }) : h("div.text", mrkdwn(one.text ?? ""))),
    ),
    toolbar([["Dismiss message", "close", () => dismiss(one)]]),
  );
}

function click(channel, ts, block, element, value) {
  return act("click", { channel, ts, action_id: element.action_id, value });
}

function threadFoot(message, replies, busy, open) {
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const label = busy ? `${store.nameOf(store.bot)} ${busy.status}` : count;
  const faces = [...new Set(replies.map((one) => one.user))].slice(0, 3).map((user) => avatar(user, "tiny"));
  return h(
    "button.thread-foot",
    { type: "button", onclick: () => open(message.ts) },
    h("span.faces", faces),
    h("span", { class: busy ? "status" : "" }, label),
    busy ? null : h("span.muted", " View thread"),
  );
}

const emojiPicker = picker();
document.body.append(emojiPicker.node);

function tools(channel, message, open) {
  const rows = [["Add a reaction", "smile", (event) => emojiPicker.open(event.currentTarget, channel, message)]];
  if (open) rows.push(["Reply in thread", "reply", () => open(message.thread_ts ?? message.ts)]);
  if (!message.bot_id) {
    rows.push(["File a Jira issue", "ticket", () => act("shortcut", { channel, ts: message.ts, callback_id: "file_issue" })]);
  }
  if (isOwn(message)) {
    rows.push(["Edit message", "pencil", () => beginEdit(channel, message, paneOf({ open }))]);
    rows.push(["Delete message", "bin", () => askToDelete(channel, message)]);
  }
  return toolbar(rows);
}

function toolbar(rows) {
  const button = ([title, sign, onclick]) => h("button", { type: "button", title, "aria-label": title, onclick }, icon(sign));
  return h("div.message-tools", { role: "toolbar", "aria-label": "Message actions" }, rows.map(button));
}

/** The status line under a thread, with Slack's own Stop button while the bot works. */
export function statusLine(channel, thread) {
  const busy = store.statusOf(channel, thread);
  if (!busy) return null;
  const turns = busy.loading.length ? busy.loading : [];
  const words = turns.length ? turns[Math.floor(Date.now() / 2500) % turns.length] : `${store.nameOf(store.bot)} ${busy.status}`;
  if (turns.length > 1) setTimeout(() => changed("messages"), 2500);
  return h("span.status", { role: "status" }, h("span.dots", { "aria-hidden": "true" }), words);
}
