// Drawn signs, so that the page looks the same whatever fonts a machine has.

import { svg } from "./dom.js";

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M4 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c.6-3.4 3-5 6-5s5.4 1.6 6 5M16 11a2.5 2.5 0 1 0-1-4.8M17 14c2.2.3 3.6 1.8 4 5",
  clip: "M19 11.5 12 18.5a4.5 4.5 0 0 1-6.4-6.4l7.5-7.5a3 3 0 0 1 4.3 4.3l-7.4 7.4a1.5 1.5 0 0 1-2.2-2.2l6.7-6.6",
  at: "M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM15.5 8.5v5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.5 6.9",
  slash: "M5 4h14v16H5zM14.5 8l-5 8",
  send: "M4 12 3.5 4.5 21 12 3.5 19.5zM4 12h8",
  reply: "M4 5h16v11h-9l-4 3.5V16H4z",
  smile: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM8.5 14c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9.2 9.5v.6M14.8 9.5v.6",
  ticket: "M4 7h16v3.5a1.8 1.8 0 0 0 0 3.5v3H4v-3a1.8 1.8 0 0 0 0-3.5zM14 7.5v9",
  unfold: "M8 10l4-4 4 4M8 14l4 4 4-4",
  menu: "M4 6h16M4 12h16M4 18h16",
  pane: "M4 5h16v14H4zM14.5 5v14",
  up: "M7 11v9H4v-9zM7 11l4-8a2.5 2.5 0 0 1 2.4 3.2L12.7 9H18a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 16.7 20H7",
  down: "M17 13V4h3v9zM17 13l-4 8a2.5 2.5 0 0 1-2.4-3.2l.7-2.8H6a2 2 0 0 1-2-2.4l1.3-7A2 2 0 0 1 7.3 4H17",
  pencil: "M4 20l1-4.5L16.5 4a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19z",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v6M13.7 10.5v6",
  close: "M6 6l12 12M18 6 6 18",
  link: "M10 14a4 4 0 0 0 6 .3l3-3a4.1 4.1 0 0 0-5.8-5.8l-1.2 1.2M14 10a4 4 0 0 0-6-.3l-3 3a4.1 4.1 0 0 0 5.8 5.8l1.2-1.2",
};

/** Return the sign as an SVG element that screen readers pass over. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}
