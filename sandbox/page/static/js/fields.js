// The input blocks of a modal: a labelled form field each, and how to read what was filled in.

import { h } from "./dom.js";
import { textObject } from "./blocks.js";
import { combobox } from "./combobox.js";
import { store } from "./store.js";

const words = (text) => (typeof text === "string" ? text : (text?.text ?? ""));
const optionsOf = (element) => element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);

/**
 * Make the field of an input block: `{node, read}`. `kept` is what the person had typed before the
 * modal was updated, `error` the sentence under the field, `tools.suggest(block, element, query)` asks the app
 * for options and `tools.act(block, element, value)` tells it of a change where the block wants that.
 */
export function makeField(block, tools, kept, error) {
  const element = block.element;
  const make = MAKERS[element.type] ?? unknown;
  const id = `field-${block.block_id}`;
  const control = make(element, { id, kept, block, tools });
  if (block.dispatch_action) {
    control.node.addEventListener("change", () => tools.act(block, element, control.read()));
  }
  const describedBy = error ? `${id}-error` : block.hint ? `${id}-hint` : null;
  if (describedBy) control.node.setAttribute("aria-describedby", describedBy);
  const isGroup = control.isGroup === true;
  const node = h(
    isGroup ? "fieldset.field" : "div.field",
    { dataset: { blockId: block.block_id }, class: `field${error ? " field-wrong" : ""}` },
    h(isGroup ? "legend" : "label", isGroup ? {} : { for: id }, textObject(block.label), optionalMark(block)),
    control.node,
    error ? h("p.field-error", { id: `${id}-error`, role: "alert" }, error) : null,
    block.hint ? h("p.field-hint", { id: `${id}-hint` }, textObject(block.hint)) : null,
  );
  return { node, read: control.read };
}

const optionalMark = (block) => (block.optional ? h("span.optional", " (optional)") : null);

const MAKERS = {
  plain_text_input: (element, { id, kept }) => textInput(element, id, kept, element.multiline ? "textarea" : "text"),
  email_text_input: (element, { id, kept }) => textInput(element, id, kept, "email"),
  url_text_input: (element, { id, kept }) => textInput(element, id, kept, "url"),
  number_input: (element, { id, kept }) => textInput(element, id, kept, "number", element.is_decimal_allowed),
  datepicker: (element, { id, kept }) => simple(h("input", { id, type: "date" }), kept ?? element.initial_date),
  timepicker: (element, { id, kept }) => simple(h("input", { id, type: "time" }), kept ?? element.initial_time),
  datetimepicker: dateTime,
  static_select: (element, { id, kept }) => dropDown(element, id, kept),
  radio_buttons: (element, context) => choices(element, context, "radio"),
  checkboxes: (element, context) => choices(element, context, "checkbox"),
  multi_static_select: (element, context) => choices(element, context, "checkbox", "scroll"),
  external_select: (element, context) => combobox(element, context, false),
  multi_external_select: (element, context) => combobox(element, context, true),
  users_select: (element, { id, kept }) => people(element, id, kept),
  multi_users_select: (element, context) => choices(withPersons(element), context, "checkbox", "scroll"),
};

function textInput(element, id, kept, type, isDecimal) {
  const properties = {
    id,
    placeholder: words(element.placeholder) || null,
    maxlength: element.max_length,
    minlength: element.min_length,
  };
  const node = type === "textarea" ? h("textarea", { ...properties, rows: 6 }) : h("input", { ...properties, type });
  if (type === "number") node.step = isDecimal ? "any" : "1";
  if (element.focus_on_load) node.setAttribute("autofocus", "");
  return simple(node, kept ?? element.initial_value);
}

function simple(node, value) {
  node.value = value ?? "";
  return { node, read: () => node.value || null };
}

function dateTime(element, { id, kept }) {
  const node = h("input", { id, type: "datetime-local" });
  const seconds = kept ?? element.initial_date_time;
  if (seconds) {
    const moment = new Date(seconds * 1000);
    node.value = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }
  return { node, read: () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null) };
}

function dropDown(element, id, kept) {
  const chosen = kept ?? element.initial_option?.value;
  const make = (option) => h("option", { value: option.value, selected: option.value === chosen }, words(option.text));
  const options = element.option_groups
    ? element.option_groups.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(make)))
    : element.options.map(make);
  const node = h("select", { id }, h("option", { value: "" }, words(element.placeholder) || "Choose…"), options);
  return { node, read: () => node.value || null };
}

function choices(element, { id, kept }, type, look = "") {
  const initial = element.initial_options ?? (element.initial_option ? [element.initial_option] : []);
  const chosen = new Set(kept ? [kept].flat() : initial.map((option) => option.value));
  const node = h(
    "div",
    { id, class: `choices ${look}` },
    optionsOf(element).map((option) =>
      h(
        "label.choice",
        h("input", { type, name: id, value: option.value, checked: chosen.has(option.value) }),
        h("span", textObject(option.text)),
      ),
    ),
  );
  const read = () => {
    const values = [...node.querySelectorAll("input:checked")].map((input) => input.value);
    return type === "radio" ? (values[0] ?? null) : values;
  };
  return { node, read, isGroup: true };
}

function people(element, id, kept) {
  const chosen = kept ?? element.initial_user;
  const options = store.persons().map((one) => h("option", { value: one.id, selected: one.id === chosen }, one.real_name));
  const node = h("select", { id }, h("option", { value: "" }, words(element.placeholder) || "Choose…"), options);
  return { node, read: () => node.value || null };
}

/** A select of people as one of options. */
function withPersons(element) {
  const option = (one) => ({ text: { type: "plain_text", text: one.real_name }, value: one.id });
  const initial = new Set(element.initial_users ?? []);
  const options = store.persons().map(option);
  return { ...element, options, initial_options: options.filter((one) => initial.has(one.value)) };
}

/** A field that nobody can go to here: it reads as undefined, so that it is left out and keeps what it holds. */
function unknown(element, { id }) {
  return { node: h("p.unknown-block", { id }, `(${element.type} is not shown here)`), read: () => undefined };
}
