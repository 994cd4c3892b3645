// Emoji by Slack's names. Those that the bot and the picker use are drawn here: not every machine has a font for them.

import { h, svg } from "./dom.js";

const BY_NAME = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", rotating_light: "🚨", eyes: "👀",
  tada: "🎉", bug: "🐛", ticket: "🎫", mag: "🔍", memo: "📝", pencil2: "✏️", wave: "👋", bulb: "💡",
  hourglass_flowing_sand: "⏳", link: "🔗", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  no_entry: "⛔", octagonal_sign: "🛑", information_source: "ℹ️", question: "❓", robot_face: "🤖",
  speech_balloon: "💬", sparkles: "✨", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢",
  arrows_counterclockwise: "🔄", lock: "🔒", paperclip: "📎", books: "📚", wastebasket: "🗑️", heart: "❤️",
};

const HAND = "M7 9.2 10 2.6a1.9 1.9 0 0 1 1.8 2.5L11.2 8h4.3a1.7 1.7 0 0 1 1.6 2l-1 5.9a2 2 0 0 1-2 1.6H7zM2.6 9h3v8.5h-3z";
const shape = (d, fill, more = {}) => ["path", { d, fill, ...more }];
const line = (d, stroke, width = 2) => ["path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const dot = (cx, cy, r, fill) => ["circle", { cx, cy, r, fill }];

const DRAWN = {
  "✅": [shape("M4 1h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z", "#3aa655"), line("M5.5 10.5 8.7 13.7 14.7 6.7", "#fff", 2.4)],
  "🎫": [shape("M1.5 5.5h17v3a1.6 1.6 0 0 0 0 3.2v2.8h-17v-2.8a1.6 1.6 0 0 0 0-3.2z", "#f0a63c"), line("M12.5 7v6.4M5 8.4h4.6M5 11.4h3.4", "#8a5410", 1.3)],
  "👍": [shape(HAND, "#f5bd34")],
  "👎": [shape(HAND, "#f5bd34", { transform: "rotate(180 10 10)" })],
  "👀": [
    ...[5.5, 14.5].map((cx) => ["ellipse", { cx, cy: 10, rx: 3.9, ry: 6, fill: "#fff", stroke: "#8d8a97", "stroke-width": 1 }]),
    dot(6.8, 11, 2, "#2b2933"), dot(15.8, 11, 2, "#2b2933"),
  ],
  "🎉": [shape("M2 18.5 6.3 7.2l6.5 6.5z", "#f5bd34"), line("M10 8c.4-2 1.6-2.6 1.2-5M12.3 10c2-.3 3.2-1 5.3-.3", "#c9304f", 1.6), dot(15.5, 4.5, 1.2, "#1264a3"), dot(5, 3.5, 1.1, "#3aa655"), dot(16.5, 14.5, 1.1, "#7c5cff")],
  "❤": [shape("M10 17.5C4 13 1.5 10 1.5 6.9A4.3 4.3 0 0 1 10 5.3a4.3 4.3 0 0 1 8.5 1.6c0 3.1-2.5 6.1-8.5 10.6z", "#d9364f")],
  "⚠": [shape("M10 1.8 19 17.8H1z", "#f5bd34"), line("M10 7.5v4.6M10 15h.01", "#5c4200")],
  "❌": [line("M4 4l12 12M16 4 4 16", "#d9364f", 3.2)],
  "❓": [line("M6.3 6.5a3.7 3.7 0 1 1 5.3 3.3c-1.2.6-1.6 1.3-1.6 2.7M10 16.3h.01", "#d9364f", 2.4)],
  "📎": [line("M15.5 9.6 9.7 15.4a3.7 3.7 0 0 1-5.3-5.3l6.2-6.2a2.5 2.5 0 0 1 3.5 3.5l-6.1 6.1a1.2 1.2 0 0 1-1.8-1.8l5.5-5.5", "#8d8a97", 1.6)],
  "💬": [shape("M3 3h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-7l-4.5 4v-4H3a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 3 3z", "#8fb8de"), dot(6.5, 8.5, 1.1, "#fff"), dot(10, 8.5, 1.1, "#fff"), dot(13.5, 8.5, 1.1, "#fff")],
  "🔒": [line("M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9", "#8d8a97"), shape("M4.5 8.5h11v9h-11z", "#f5bd34")],
};

const FOUND = new RegExp(`:([a-z0-9_+-]+):|(${Object.keys(DRAWN).join("|")})[\\ufe0e\\ufe0f]?`, "gu");

/** Text with `:names:` and signs as drawn or written emoji: a list of strings and nodes. */
export function withEmoji(text) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(FOUND)) {
    const sign = match[2] ?? BY_NAME[match[1]];
    if (!sign) continue;
    parts.push(text.slice(at, match.index), drawn(sign) ?? sign);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

/** The emoji of this name; one that is not known here stays its name. */
export const emoji = (name) => (BY_NAME[name] ? (drawn(BY_NAME[name]) ?? BY_NAME[name]) : `:${name}:`);

function drawn(sign) {
  const shapes = DRAWN[sign.replace(/[\ufe0e\ufe0f]/g, "")];
  if (!shapes) return null;
  const picture = svg("svg", { viewBox: "0 0 20 20" }, shapes.map(([tag, attributes]) => svg(tag, attributes)));
  return h("span.emoji", { role: "img", "aria-label": sign }, picture);
}
