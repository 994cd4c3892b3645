// Small ways to make DOM nodes. Text always goes in as text, never as HTML.

/** Make an element: h("button.primary", {type: "button", onclick}, "Save", child). */
export function h(spec, ...rest) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  if (rest.length && isProperties(rest[0])) setProperties(node, rest.shift());
  append(node, rest);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of a drawing: svg("rect", {x: 0, y: 0}, child). */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  setProperties(node, attributes);
  return append(node, children);
}

function isProperties(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Node);
}

function setProperties(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") node.style.cssText = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

export const $ = (id) => document.getElementById(id);

/** Only addresses that a browser may open from a message; anything else stays text. */
export function safeUrl(url) {
  return /^(https?:|mailto:)/i.test(url) ? url : null;
}

/** The text of `hh:mm` of a Slack ts or of Unix seconds. */
export function clock(seconds, withSeconds = false) {
  const moment = new Date(Number(seconds) * 1000);
  const options = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (withSeconds) options.second = "2-digit";
  return moment.toLocaleTimeString([], options);
}
