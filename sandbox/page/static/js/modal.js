// The modal in front: its blocks, its fields, submit and cancel, errors at the field.

import { act } from "./api.js";
import { renderBlocks, textObject } from "./blocks.js";
import { $, h, replace } from "./dom.js";
import { makeField } from "./fields.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const words = (text) => (typeof text === "string" ? text : (text?.text ?? ""));

let shown = { id: null, hash: null, fields: new Map() };

/** Show the view on top of the person's stack, or close the dialog when there is none. */
export function showModal() {
  const dialog = $("modal");
  const view = store.views.at(-1);
  if (!view) {
    if (dialog.open) dialog.close();
    shown = { id: null, hash: null, fields: new Map() };
    return;
  }
  const look = `${view.hash}|${JSON.stringify(view.errors ?? {})}`;
  if (view.id !== shown.id || look !== shown.hash) draw(dialog, view, look);
  if (!dialog.open) dialog.showModal();
}

/** What was typed so far, kept across updates of the same view as Slack keeps it; "" for what was emptied. */
function typed(view) {
  if (view.id !== shown.id) return {};
  const kept = (field) => field.read() ?? (field.hadValue ? "" : undefined);
  return Object.fromEntries([...shown.fields].map(([name, field]) => [name, kept(field)]));
}

function draw(dialog, view, look) {
  const kept = typed(view);
  const fields = new Map();
  const tools = {
    act: (block, element, value) =>
      act("click_in_view", { view_id: view.id, action_id: element.action_id, value, values: filled(fields) }),
    suggest: (block, element, text) => suggest(view, block, element, text),
  };
  const field = (block) => {
    const name = `${block.block_id} ${block.element.action_id}`;
    const made = makeField(block, tools, kept[name], view.errors?.[block.block_id]);
    fields.set(name, { ...made, hadValue: kept[name] === "" || (made.read() ?? "") !== "" });
    return made.node;
  };
  const form = h(
    "form.modal-form",
    { novalidate: true, onsubmit: (event) => submit(event, view) },
    h("header.modal-head", h("h2", { id: "modal-title" }, textObject(view.title)), closeButton(view)),
    h("div.modal-body", renderBlocks(view.blocks, { act: tools.act, field })),
    h(
      "footer.modal-foot",
      h("button.button", { type: "button", onclick: () => close(view) }, words(view.close) || "Cancel"),
      view.submit ? h("button.button.button-primary", { type: "submit" }, textObject(view.submit)) : null,
    ),
  );
  replace(dialog, form);
  shown = { id: view.id, hash: look, fields };
  dialog.oncancel = (event) => {
    event.preventDefault();
    close(view);
  };
  (dialog.querySelector(".field-wrong input, .field-wrong textarea, .field-wrong select") ??
    dialog.querySelector("[autofocus], input, textarea, select"))?.focus();
}

const closeButton = (view) =>
  h("button.icon-button", { type: "button", "aria-label": "Close", onclick: () => close(view) }, icon("close"));

const close = (view) => act("close_view", { view_id: view.id });

const REQUIRED = "Please complete this required field.";

/** What Slack's own client would complain about before it sends the form. */
function incomplete(view) {
  const isEmpty = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);
  const wrong = view.blocks
    .filter((block) => block.type === "input" && !block.optional)
    .filter((block) => isEmpty(shown.fields.get(`${block.block_id} ${block.element.action_id}`)?.read() ?? null));
  return Object.fromEntries(wrong.map((block) => [block.block_id, REQUIRED]));
}

async function submit(event, view) {
  event.preventDefault();
  const errors = incomplete(view);
  if (Object.keys(errors).length) {
    draw($("modal"), { ...view, errors }, shown.hash);
    return;
  }
  const button = event.target.querySelector("button[type=submit]");
  button.classList.add("busy");
  button.disabled = true;
  await act("submit_view", { view_id: view.id, values: filled(shown.fields) });
  button.classList.remove("busy");
  button.disabled = false;
}

/** What the fields hold, by block id; null says that a field is empty, as one left out would keep its initial value. */
function filled(fields) {
  const read = [...fields].map(([name, field]) => [name.slice(0, name.lastIndexOf(" ")), field.read()]);
  return Object.fromEntries(read.map(([name, value]) => [name, value === "" ? null : value]));
}

async function suggest(view, block, element, typedText) {
  const asked = { view_id: view.id, action_id: element.action_id, block_id: block.block_id, typed: typedText };
  const answer = await act("options", asked);
  const result = answer.result ?? {};
  return result.options ?? (result.option_groups ?? []).flatMap((group) => group.options);
}
