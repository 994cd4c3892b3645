// What people do with their own messages, and with what only they see: edit, delete, take away.

import { act } from "./api.js";
import { asSlackWouldWriteIt } from "./composer.js";
import { h } from "./dom.js";
import { changed, store } from "./store.js";

/** Whether the person at the page may edit and delete this message, as Slack's client offers it. */
export const isOwn = (message) => message.user === store.me && !message.bot_id && ["file_share", undefined].includes(message.subtype);

const place = (channel, message, pane) => `${pane}:${channel}:${message.ts}`;

let edited = null;

/** Whether a message is being edited in this pane; the root of a thread stands in two. */
export const isEdited = (channel, message, pane) => edited?.place === place(channel, message, pane);

/** Begin to edit a message in its place. */
export function beginEdit(channel, message, pane) {
  edited = { place: place(channel, message, pane), text: asTyped(message.text ?? "") };
  changed("messages");
}

function endEdit() {
  edited = null;
  changed("messages");
}

/** The field in which a message is edited: Enter saves, Escape leaves it as it was. */
export function editor(channel, message) {
  const input = h("textarea.composer-input", { rows: 2, "aria-label": "Edit message" });
  input.value = edited.text;
  const save = async () => {
    const text = input.value.trim();
    if (!text) return;
    const written = asSlackWouldWriteIt(text);
    endEdit();
    if (written !== message.text) await act("edit", { channel, ts: message.ts, text: written });
  };
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 320)}px`;
  };
  input.addEventListener("input", () => {
    if (edited) edited.text = input.value;
    grow();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") endEdit();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  setTimeout(() => {
    grow();
    input.focus();
  });
  const button = (words, kind, onclick) => h("button.button", { type: "button", class: `button ${kind}`, onclick }, words);
  return h("div.editor", input, h("div.editor-foot", button("Cancel", "", endEdit), button("Save", "button-primary", save)));
}

/** The text as a person typed it: names for mentions, and nothing escaped. */
function asTyped(text) {
  const named = text.replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${store.nameOf(id)}`);
  const linked = named.replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1");
  return linked.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

const question = h("dialog.modal.question", { "aria-label": "Delete message" });
document.body.append(question);

/** Ask once, as Slack does, and delete a message. */
export function askToDelete(channel, message) {
  const close = () => question.close();
  const remove = () => {
    close();
    act("delete", { channel, ts: message.ts });
  };
  question.replaceChildren(
    h(
      "div.modal-form",
      h("header.modal-head", h("h2", "Delete message")),
      h("div.modal-body", "Are you sure that you want to delete this message? This cannot be undone."),
      h(
        "footer.modal-foot",
        h("button.button", { type: "button", onclick: close }, "Cancel"),
        h("button.button.button-primary", { type: "button", onclick: remove }, "Delete for everyone"),
      ),
    ),
  );
  question.showModal();
}

const dismissed = new Set();

/** Whether the person has taken this away; Slack keeps it until then, or until its client starts anew. */
export const isDismissed = (one) => dismissed.has(`${one.user}:${one.ts}`);

/** Take away what only this person sees. */
export function dismiss(one) {
  dismissed.add(`${one.user}:${one.ts}`);
  changed("messages");
}
