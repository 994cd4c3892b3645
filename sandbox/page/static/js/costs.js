// What the answers cost: a sum, a chart of the latest turns, and a table of them, from the stand-in's own count.

import { h, svg } from "./dom.js";

const UNITS = { dollars: "Dollars", tokens: "Tokens" };
const PARTS = [
  { name: "output", words: "output", usd: (one) => one.output_usd, tokens: (one) => one.output },
  { name: "fresh", words: "input, not cached", usd: (one) => one.input_usd - one.cached_usd, tokens: (one) => one.input - one.cached },
  { name: "cached", words: "input from the cache", usd: (one) => one.cached_usd, tokens: (one) => one.cached },
];
const WIDTH = 296;
const HEIGHT = 84;
const FOOT = 14;
const GAP = 8;
const WIDEST = 44;
let unit = "dollars";

/** Return the nodes of the box above the calls; `redraw` is called when a person chooses another unit. */
export function costBox(costs, redraw) {
  if (!costs?.total.calls) return h("p.empty-pane", "Calls, tokens and dollars appear here as soon as the bot works.");
  return [headline(costs), costs.turns.length ? [units(redraw), chart(costs.turns), legend()] : null, table(costs)];
}

export const number = (value) => value.toLocaleString("en");

export const dollars = (value) => (value && value < 0.0001 ? "<$0.0001" : `$${value.toFixed(value >= 0.1 || !value ? 2 : 4)}`);

/** A sum in as few signs as fit above a narrow column. */
const cents = (value) => `${(value * 100).toFixed(value < 0.01 ? 2 : 1)}¢`;

const compact = (value) => value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 1 });

const share = ({ input, cached }) => `${input ? Math.round((cached / input) * 100) : 0} %`;

function headline({ total, models }) {
  const dearestFirst = [...models].sort((a, b) => b.usd - a.usd);
  return h(
    "div.cost-sum",
    h("strong", dollars(total.usd)),
    h("span", ` for ${number(total.input + total.output)} tokens; ${share(total)} of the input came from the cache`),
    h("ul", dearestFirst.map((one) => h("li", h("span", one.model), h("span", dollars(one.usd))))),
  );
}

function units(redraw) {
  const button = (name) => {
    const isChosen = name === unit;
    const onclick = () => {
      unit = name;
      redraw();
    };
    return h("button", { type: "button", class: `filter${isChosen ? " chosen" : ""}`, "aria-pressed": String(isChosen), onclick }, UNITS[name]);
  };
  return h("div.filters", { role: "group", "aria-label": "What the chart shows" }, Object.keys(UNITS).map(button));
}

/** Draw a column a turn, the parts of its cost upon each other. */
function chart(turns) {
  const value = (part, turn) => (unit === "dollars" ? part.usd(turn) : part.tokens(turn));
  const shown = (amount) => (unit === "dollars" ? dollars(amount) : number(amount));
  const brief = (amount) => (unit === "dollars" ? cents(amount) : compact(amount));
  const whole = (turn) => PARTS.reduce((sum, part) => sum + value(part, turn), 0);
  const most = Math.max(...turns.map(whole), Number.MIN_VALUE);
  const step = WIDTH / Math.max(turns.length, 4);
  const width = Math.min(step - GAP, WIDEST);
  const room = HEIGHT - 2 * FOOT;
  const column = (turn, index) => {
    const left = index * step + (step - width) / 2;
    let top = HEIGHT - FOOT;
    const bars = [...PARTS].reverse().map((part) => {
      const height = (value(part, turn) / most) * room;
      top -= height;
      return svg("rect", { class: `part part-${part.name}`, x: left, y: top, width, height });
    });
    const middle = left + width / 2;
    const words = PARTS.map((part) => `${part.words}: ${shown(value(part, turn))}`).join("\n");
    return svg(
      "g",
      { class: "column" },
      svg("title", {}, `${turn.question}\n${words}`),
      bars,
      svg("text", { x: middle, y: top - 3 }, brief(whole(turn))),
      svg("text", { class: "chart-foot", x: middle, y: HEIGHT - 2 }, index + 1),
    );
  };
  const label = `${UNITS[unit]} of the latest turns: ${turns.map((turn) => shown(whole(turn))).join(", ")}`;
  const base = svg("path", { class: "chart-base", d: `M0 ${HEIGHT - FOOT}H${WIDTH}` });
  return svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, turns.map(column), base);
}

function legend() {
  return h("ul.legend", PARTS.map((part) => h("li", h(`span.swatch.swatch-${part.name}`), part.words)));
}

function table({ turns, beside, batches }) {
  const head = ["Turn", "Calls", "In", "Cached", "Out", "Cost"].map((name) => h("th", { scope: "col" }, name));
  const row = (name, one, title) =>
    h(
      "tr",
      h("th", { scope: "row", title }, name),
      [number(one.calls), number(one.input), share(one), number(one.output), dollars(one.usd)].map((cell) => h("td", cell)),
    );
  const rows = turns.map((turn, index) => row(`${index + 1} ${turn.question}`, turn, turn.question));
  if (beside.calls) rows.push(row("Beside them", beside, "Titles, first judgements of reports, forms, summaries"));
  if (batches.calls) rows.push(row("In batches", batches, "Bulk work, at half the price"));
  return h("div.table", h("table.turns", h("caption", "Cost by turn"), h("thead", h("tr", head)), h("tbody", rows)));
}
