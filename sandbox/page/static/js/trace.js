// The pane of what happened: what the answers cost, and every call between the bot and Slack, Claude, Jira and Confluence.

import { costBox, dollars, number } from "./costs.js";
import { $, clock, h, replace } from "./dom.js";
import { changed, store } from "./store.js";

const SERVICES = ["all", "slack", "claude", "jira", "confluence"];
const SHORT = { confluence: "wiki" };
const SHORT_OUTCOME = 5;
let filter = "all";

export function tracePane() {
  replace($("turns"), unseen(), store.real.claude ? null : costBox(store.costs, () => changed("calls")));
  replace($("filters"), SERVICES.map(filterButton));
  const calls = store.calls.filter((call) => filter === "all" || call.service === filter);
  replace($("calls"), calls.sort((a, b) => a.at - b.at).map(row));
}

/** Calls to a real service do not pass through the sandbox. */
function unseen() {
  const names = ["Claude", "Jira", "Confluence"].filter((name) => store.real[name.toLowerCase()]);
  const cost = store.real.claude ? " Write /jira usage to see what you spent." : "";
  return names.length ? h("p.empty-pane", `${names.join(", ")}: real, so those calls are not seen here.${cost}`) : null;
}

function filterButton(name) {
  const isChosen = name === filter;
  const onclick = () => {
    filter = name;
    changed("calls");
  };
  const properties = { type: "button", class: `filter${isChosen ? " chosen" : ""}`, "aria-pressed": String(isChosen), onclick };
  return h("button", properties, name === "all" ? "All" : name[0].toUpperCase() + name.slice(1));
}

function row(call) {
  const isIn = call.direction === "in";
  return h(
    "li",
    { class: `call call-${call.service}${call.is_ok ? "" : " call-failed"}` },
    h("time.muted", clock(call.at, true)),
    h("span", { class: `service service-${call.service}${isIn ? " service-in" : ""}`, title: who(call) }, isIn ? "→ bot" : (SHORT[call.service] ?? call.service)),
    h("span.operation", breakable(call.operation)),
    h("span", { class: `outcome${call.outcome.length > SHORT_OUTCOME ? " outcome-long" : ""}` }, call.outcome),
    h("span.seconds", duration(call.seconds)),
    call.tokens ? h("span.tokens", tokens(call.tokens)) : null,
  );
}

/** Let long names break at their dots, slashes, hyphens and humps. */
const breakable = (name) => name.replace(/([./_-])|([a-z])(?=[A-Z])/g, "$&\u200b");

const who = ({ service, direction }) => (direction === "in" ? `${service} tells the bot` : `the bot asks ${service}`);

const duration = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`);

const tokens = ({ model, input, cached, output, usd }) =>
  `${model}: ${number(input)} in, ${number(cached)} of them cached, ${number(output)} out, ${dollars(usd)}`;
