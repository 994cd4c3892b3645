// The usage tab: what the bot booked in this workspace, with the budget and a bar for each day, channel, person and model.

import { dollars, number } from "./costs.js";
import { $, h, replace } from "./dom.js";
import { store } from "./store.js";

const AGAIN_MS = 1000;
let waits = null;

/** Ask for the figures now, if the tab is open. */
export async function usagePane() {
  if ($("pane-usage").hidden) return;
  const answer = await fetch(`api/usage?${new URLSearchParams({ me: store.me })}`);
  if (answer.ok) draw(await answer.json());
}

/** Ask again soon: an answer makes many calls, and is booked after the last of them. */
export function usageChanged() {
  waits ??= setTimeout(() => {
    waits = null;
    usagePane();
  }, AGAIN_MS);
}

function draw({ title, budget, days, charts, total }) {
  const none = total.tokens ? null : h("p.empty-pane", "Nothing was used in the last days. Ask the bot something.");
  replace(
    $("pane-usage"),
    h("h3.usage-title", title),
    h("p.usage-budget", `${budget.name}: ${dollars(budget.spent)}`, budget.limit ? ` of ${dollars(budget.limit)}` : ", no budget is set"),
    budget.limit ? bar(budget.spent / budget.limit) : null,
    none ?? [
      h("h4", `By day, the last ${days.length}`),
      columns(days),
      charts.map(chart),
      h("p.muted", `${number(total.tokens)} tokens, ${percent(total.cached)} of what was read came from the cache. Days are those of UTC.`),
    ],
  );
}

const percent = (share) => `${Math.round(share * 100)} %`;

const bar = (share) => h("span.usage-bar", h("span.usage-part", { style: `width: ${Math.min(share, 1) * 100}%` }));

function columns(days) {
  const most = Math.max(...days.map((day) => day.usd), Number.MIN_VALUE);
  const label = `Dollars by day: ${days.filter((day) => day.usd).map((day) => `${day.name} ${dollars(day.usd)}`).join(", ")}`;
  const column = (day) =>
    h("span.usage-column", { title: `${day.name}: ${dollars(day.usd)}, ${answers(day)}` }, h("span.usage-part", { style: `height: ${(day.usd / most) * 100}%` }));
  const ends = h("div.usage-ends", h("span", days[0].name), h("span", days.at(-1).name));
  return [h("div.usage-days", { role: "img", "aria-label": label }, days.map(column)), ends];
}

function chart({ title, rows }) {
  if (!rows.length) return null;
  const most = Math.max(...rows.map((row) => row.usd), Number.MIN_VALUE);
  const line = (row) =>
    h("tr", h("th", { scope: "row" }, row.name), h("td", bar(row.usd / most)), h("td.usage-number", dollars(row.usd)), h("td.usage-number", answers(row)));
  return [h("h4", title), h("table.usage-rows", { "aria-label": title }, h("tbody", rows.map(line)))];
}

const answers = ({ turns }) => (turns ? `${turns} answer${turns === 1 ? "" : "s"}` : "");
