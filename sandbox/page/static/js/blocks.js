// Block Kit to DOM: what a message, a home and a modal have in common. Form fields of modals live in fields.js.

import { h, safeUrl } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { link, person } from "./inline.js";
import { markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";

/** A text object: plain or mrkdwn. */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return mrkdwn(text);
  return text.type === "mrkdwn" ? mrkdwn(text.text) : withEmoji(text.text);
}

/**
 * Render blocks; `act(block, element, value)` is called when a person uses something,
 * `field(block)` makes the form field of an input block.
 */
export function renderBlocks(blocks, { act = () => {}, field = () => null } = {}) {
  return blocks.map((block) => {
    const make = MAKERS[block.type];
    const node = make ? make(block, act, field) : h("div.unknown-block", `(${block.type} block)`);
    node.dataset.blockId = block.block_id ?? "";
    return node;
  });
}

const MAKERS = {
  section: (block, act) =>
    h(
      "div.block.section",
      h(
        "div.section-text",
        block.text ? h("div.text", textObject(block.text)) : null,
        block.fields ? h("div.fields", block.fields.map((one) => h("div.text", textObject(one)))) : null,
      ),
      block.accessory ? h("div.accessory", element(block, block.accessory, act)) : null,
    ),
  header: (block) => h("h3.block.header", textObject(block.text)),
  markdown: (block) => h("div.block.markdown", markdown(block.text)),
  context: (block, act) => h("div.block.context", block.elements.map((one) => element(block, one, act))),
  actions: (block, act) => h("div.block.actions", block.elements.map((one) => element(block, one, act))),
  context_actions: (block, act) => h("div.block.actions.quiet", block.elements.map((one) => element(block, one, act))),
  divider: () => h("hr.block"),
  image: (block) => image(block.image_url, block.alt_text, "image"),
  rich_text: (block) => h("div.block.rich-text", block.elements.map(richPart)),
  input: (block, act, field) => field(block) ?? h("div"),
};

function element(block, item, act) {
  if (item.type === "mrkdwn" || item.type === "plain_text") return h("span.text", textObject(item));
  if (item.type === "image") return image(item.image_url, item.alt_text, "icon");
  if (item.type === "button") return button(block, item, act);
  if (item.type === "feedback_buttons") return feedback(block, item, act);
  if (item.type === "overflow") return overflow(block, item, act);
  if (item.type === "icon_button") return button(block, { ...item, text: item.text ?? { text: "•••" } }, act);
  if (item.options || item.option_groups) return select(block, item, act);
  return h("span.unknown-block", `(${item.type})`);
}

function button(block, item, act) {
  const label = textObject(item.text);
  const target = item.url && safeUrl(item.url);
  if (target) {
    const node = link(target, item.text.text);
    node.className = "button";
    return node;
  }
  const style = item.style ? ` button-${item.style}` : "";
  const properties = { type: "button", class: `button${style}`, dataset: { actionId: item.action_id ?? "" } };
  properties["aria-label"] = item.accessibility_label;
  properties.onclick = async (event) => {
    const node = event.currentTarget;
    if (item.confirm && !window.confirm(plainOf(item.confirm.text))) return;
    node.classList.add("busy");
    await act(block, item, item.value);
    node.classList.remove("busy");
  };
  return h("button", properties, label);
}

const plainOf = (text) => (typeof text === "string" ? text : (text?.text ?? ""));

function feedback(block, item, act) {
  const one = (name, choice, sign) =>
    h(
      "button",
      {
        type: "button",
        class: "button button-icon",
        title: plainOf(choice.text),
        "aria-label": choice.accessibility_label ?? plainOf(choice.text),
        onclick: () => act(block, item, name),
      },
      icon(sign),
    );
  return h("span.feedback", one("positive", item.positive_button, "up"), one("negative", item.negative_button, "down"));
}

function overflow(block, item, act) {
  const options = item.options.map((option) => h("option", { value: option.value }, plainOf(option.text)));
  const onchange = (event) => act(block, item, event.target.value);
  return h("select", { "aria-label": "More", onchange }, h("option", { value: "" }, "⋯"), options);
}

function select(block, item, act) {
  const all = item.options ?? item.option_groups.flatMap((group) => group.options);
  const chosen = item.initial_option?.value;
  const options = all.map((option) =>
    h("option", { value: option.value, selected: option.value === chosen }, plainOf(option.text)),
  );
  const placeholder = h("option", { value: "", selected: !chosen, disabled: true }, plainOf(item.placeholder) || "Choose…");
  const onchange = (event) => act(block, item, all.find((option) => option.value === event.target.value));
  return h("select", { "aria-label": plainOf(item.placeholder) || "Choose", onchange }, placeholder, options);
}

function image(url, alt, kind) {
  const target = url && safeUrl(url);
  // Images from elsewhere are not fetched: the sandbox talks to nobody but itself.
  const isHere = target && new URL(target).hostname === location.hostname;
  return isHere ? h("img", { class: kind, src: target, alt }) : h("span.alt", `[${alt || "image"}]`);
}

function richPart(part) {
  if (part.type === "rich_text_list") {
    const items = part.elements.map((item) => h("li", richInline(item.elements)));
    return h(part.style === "ordered" ? "ol" : "ul", { style: `margin-left:${(part.indent ?? 0) * 16}px` }, items);
  }
  if (part.type === "rich_text_preformatted") return h("pre", richInline(part.elements));
  if (part.type === "rich_text_quote") return h("blockquote", richInline(part.elements));
  return h("div.text", richInline(part.elements));
}

const RICH = {
  text: (item) => styled(item.text, item.style),
  link: (item) => link(item.url, item.text || item.url),
  user: (item) => person(item.user_id),
  channel: (item) => h("span.mention", `#${item.channel_id}`),
  broadcast: (item) => h("span.mention", `@${item.range}`),
  emoji: (item) => emoji(item.name),
  date: (item) => item.fallback ?? new Date(item.timestamp * 1000).toLocaleString(),
};

const richInline = (elements) => elements.map((item) => (RICH[item.type] ? RICH[item.type](item) : null));

function styled(text, style = {}) {
  let node = withEmoji(text);
  if (style.code) node = h("code", node);
  if (style.bold) node = h("strong", node);
  if (style.italic) node = h("em", node);
  if (style.strike) node = h("s", node);
  return node;
}
