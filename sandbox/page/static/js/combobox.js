// A select whose options the app supplies while one types (external_select and its multiple twin).

import { h, replace } from "./dom.js";

const words = (text) => (typeof text === "string" ? text : (text?.text ?? ""));
const TYPING_PAUSE_MS = 250;

/** Make the field; it reads as an option object, or as a list of them when `isMultiple`. */
export function combobox(element, { id, kept, block, tools }, isMultiple) {
  const initial = kept ?? element.initial_options ?? element.initial_option ?? [];
  let chosen = [initial].flat().filter(Boolean);
  const chips = h("span.chips");
  const list = h("ul.suggestions", { id: `${id}-list`, role: "listbox", hidden: true });
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    placeholder: words(element.placeholder) || "Type to search…",
  });
  const node = h("div.combobox", chips, input, list);
  let timer = 0;
  let asked = 0;

  const changed = () => node.dispatchEvent(new Event("change"));
  const showChosen = () => {
    if (!isMultiple) {
      input.value = chosen.length ? words(chosen[0].text) : "";
      return;
    }
    replace(chips, chosen.map((option) => chip(option, () => {
      chosen = chosen.filter((one) => one !== option);
      showChosen();
      changed();
    })));
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const choose = (option) => {
    chosen = isMultiple ? [...chosen.filter((one) => one.value !== option.value), option] : [option];
    if (isMultiple) input.value = "";
    showChosen();
    close();
    changed();
  };
  const ask = async () => {
    const number = ++asked;
    const options = await tools.suggest(block, element, input.value);
    if (number !== asked) return; // A later question has been asked meanwhile.
    const rows = options.map((option) => row(option, choose));
    replace(list, rows.length ? rows : h("li.empty", "Nothing found"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  input.addEventListener("input", () => {
    if (!isMultiple) chosen = [];
    clearTimeout(timer);
    const isLongEnough = input.value.length >= (element.min_query_length ?? 0);
    if (isLongEnough) timer = setTimeout(ask, TYPING_PAUSE_MS);
  });
  input.addEventListener("focus", () => {
    if ((element.min_query_length ?? 3) === 0) ask();
  });
  node.addEventListener("focusout", (event) => {
    if (!node.contains(event.relatedTarget)) close();
  });
  input.addEventListener("keydown", (event) => moveInto(event, list, close));
  list.addEventListener("keydown", (event) => moveInto(event, list, () => input.focus()));
  showChosen();
  return { node, read: () => (isMultiple ? chosen : (chosen[0] ?? null)) };
}

function chip(option, remove) {
  const label = `Remove ${words(option.text)}`;
  return h("span.chip", words(option.text), h("button", { type: "button", "aria-label": label, onclick: remove }, "×"));
}

function row(option, choose) {
  const onclick = () => choose(option);
  return h("li", { role: "option" }, h("button", { type: "button", onclick }, words(option.text)));
}

function moveInto(event, list, leave) {
  const rows = [...list.querySelectorAll("button")];
  const place = rows.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && rows.length) rows[Math.min(place + 1, rows.length - 1)].focus();
  else if (event.key === "ArrowUp" && place > 0) rows[place - 1].focus();
  else if (event.key === "Escape" && !list.hidden) {
    event.stopPropagation();
    leave();
  } else return;
  event.preventDefault();
}
