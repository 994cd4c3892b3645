// Puts the page together: which part is drawn anew when something changed, and where clicks lead.

import { act, connect } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { $, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { keep, recall } from "./memory.js";
import { jiraPane, open as openIssue } from "./jira.js";
import { channelItems, showItems, statusLine, threadItems } from "./messages.js";
import { showModal } from "./modal.js";
import { sidebar } from "./sidebar.js";
import { stickToEnd } from "./stick.js";
import { changed, on, store } from "./store.js";
import { tracePane } from "./trace.js";
import { usageChanged, usagePane } from "./usage.js";

const { selected } = store;

const main = composer(() => ({ channel: selected.channel, thread: null, label: `Message ${title()}` }), written);
const reply = composer(() => ({ channel: selected.channel, thread: selected.thread, label: "Reply…" }));

const stayAtEnd = { messages: stickToEnd($("messages")), thread: stickToEnd($("thread-messages")), trace: stickToEnd($("calls")) };

function title() {
  const channel = store.channels.get(selected.channel);
  if (!channel) return "";
  return `${channel.kind === "channel" ? "#" : ""}${store.channelName(channel.id)}`;
}

function go(channel) {
  Object.assign(selected, { channel, thread: null, awaited: null, tab: "messages" });
  store.unread.delete(channel);
  stayAtEnd.messages(true);
  // The bot hears which channel is looked at, as from Slack's own view of an agent beside it.
  if (isBotDm()) act("open_home", { tab: "messages" });
  else act("look_at", { channel });
  $("app").classList.remove("show-places");
  changed("team", "messages", "home");
}

const isBotDm = () => store.channels.get(selected.channel)?.kind === "im";

function openThread(ts) {
  Object.assign(selected, { thread: ts, awaited: null });
  stayAtEnd.thread(true);
  changed("messages");
  reply.input.focus();
}

async function become(person) {
  await connect(person);
  const mine = store.myChannels();
  go((mine.find((one) => one.id === selected.channel) ?? mine[0]).id);
}

function showTab(tab) {
  selected.tab = tab;
  if (tab === "home") act("open_home", { tab: "home" });
  changed("messages", "home");
}

function drawPlace() {
  $("place-name").textContent = title();
  $("place-tabs").hidden = !isBotDm();
  for (const tab of ["messages", "home"]) {
    $(`tab-${tab}`).setAttribute("aria-selected", String(selected.tab === tab));
    $(`view-${tab}`).hidden = selected.tab !== tab;
  }
  main.refresh();
}

function drawMessages() {
  keep({ me: store.me, channel: selected.channel, thread: selected.thread, tab: selected.tab });
  drawPlace();
  followAnswer();
  showItems($("messages"), channelItems(selected.channel, openThread));
  stayAtEnd.messages();
  drawWelcome();
  drawExamples();
  drawThread();
}

/** What an empty place says; and, as Slack does, that the bot is not in a channel. */
function drawWelcome() {
  const isAbsent = !store.channels.get(selected.channel)?.members.includes(store.bot);
  const how = isBotDm() ? "Write it here" : h("span", "Mention ", h("em", "@Support Bot"), " here");
  const invite = async () => {
    await act("join", { channel: selected.channel, user: store.bot });
    await connect(store.me);
  };
  const words = isAbsent
    ? h("p", "Support Bot is not in this channel, so it does not hear what is said here. ", h("button.button", { type: "button", onclick: invite }, "Invite it"))
    : h("p", h("strong", "Say what does not work."), " ", how, ", or pick a sentence below and press Enter.");
  $("welcome").hidden = !isAbsent && store.inChannel(selected.channel).length > 0;
  replace($("welcome"), words);
}

/** Open the thread of what was just written here, as soon as the bot begins to answer it. */
function followAnswer() {
  const awaited = selected.awaited;
  const isBegun = awaited && store.thread(selected.channel, awaited).length > 1;
  if (!isBegun) return;
  Object.assign(selected, { thread: awaited, awaited: null });
  stayAtEnd.thread(true);
  // Whoever waits for the answer goes on in its thread, unless they type something else already.
  if (document.activeElement === main.input && !main.input.value) setTimeout(() => reply.input.focus());
}

function written(ts) {
  Object.assign(selected, { awaited: ts, thread: null });
  changed("messages");
}

function drawThread() {
  const pane = $("thread");
  pane.hidden = !selected.thread;
  $("app").classList.toggle("with-thread", Boolean(selected.thread));
  if (!selected.thread) return;
  showItems($("thread-messages"), threadItems(selected.channel, selected.thread));
  stayAtEnd.thread();
  const status = statusLine(selected.channel, selected.thread);
  const stop = store.isBusy(selected.channel, selected.thread) ? stopButton() : null;
  replace($("thread-status"), status, stop);
  replace($("thread-session"), sessionWords(selected.channel, selected.thread));
  reply.refresh();
}

const SESSION_WORDS = { processing: "Working", suspended: "Waiting for you", closed: "Done" };

/** How the agent's session of a thread stands; one that is at rest says nothing. */
function sessionWords(channel, thread) {
  const words = SESSION_WORDS[store.sessions.get(`${channel}:${thread}`)?.status];
  return words ? h("span.session", words) : null;
}

const stopButton = () =>
  h("button.stop", { type: "button", onclick: () => act("stop", { channel: selected.channel, thread_ts: selected.thread }) }, "Stop");

function drawExamples() {
  const isThread = Boolean(selected.thread);
  const prompts = isThread ? [] : (store.prompts.get(selected.channel)?.prompts ?? []);
  const offered = new Set(prompts.map((one) => one.title));
  const isDrafted = isThread && store.thread(selected.channel, selected.thread).some(hasDraft);
  const fits = (one) => one.is_reply === isThread && fitsHere(one) && !offered.has(one.label) && !(one.is_filing && isDrafted);
  const examples = store.examples.filter(fits);
  const chip = (label, text, target) => h("button.example", { type: "button", onclick: () => target.fill(text) }, label);
  replace($("examples"), isThread ? null : [
    ...prompts.map((one) => chip(one.title, one.message, main)),
    ...examples.map((one) => chip(one.label, one.text, main)),
  ]);
  replace($("thread-examples"), isThread ? examples.map((one) => chip(one.label, one.text, reply)) : null);
}

/** Whether a message is the card of a draft that waits, or that was filed. */
const hasDraft = (one) => Boolean(one.bot_id) && /"draft_create"|"✅ Filed as/.test(JSON.stringify(one.blocks ?? []));

const fitsHere = (example) =>
  store.channels.get(selected.channel)?.members.includes(store.bot) && (example.is_reply || example.is_direct === isBotDm());

function drawHome() {
  const view = store.homes.get(store.me);
  const use = (block, element, value) => act("click_in_view", { view_id: view.id, action_id: element.action_id, value });
  const words = h("p.empty-pane", "The bot has not shown its home yet.");
  replace($("home"), view ? renderBlocks(view.blocks, { act: use }) : words);
}

function drawBanner() {
  $("lost").hidden = !store.isLost;
  const one = (name) => {
    const isReal = store.real[name.toLowerCase()];
    return h("span", { class: `standin${isReal ? " real" : ""}` }, h("strong", name), isReal ? " real" : " stand-in");
  };
  const claude = store.real.claude ? "" : " Claude's answers come from rules, not from a model.";
  replace($("banner"), h("span", "Sandbox:"), ["Slack", "Jira", "Confluence", "Claude"].map(one), h("span.banner-note", `Nothing leaves this machine${Object.values(store.real).some(Boolean) ? " but for what is real" : ""}.${claude}`));
}

function showPane(pane) {
  keep({ pane });
  for (const name of ["jira", "trace", "usage"]) {
    $(`pane-tab-${name}`).setAttribute("aria-selected", String(name === pane));
    $(`pane-${name}`).hidden = name !== pane;
  }
  usagePane();
}

store.openIssue = (key) => {
  showPane("jira");
  $("app").classList.add("show-pane");
  openIssue(key);
};

on(["team"], () => {
  sidebar({ go, become });
  drawPlace();
});
on(["messages", "home"], drawMessages);
on(["home"], drawHome);
on(["view"], showModal);
on(["issues"], () => jiraPane($("pane-jira")));
on(["calls"], () => {
  tracePane();
  stayAtEnd.trace();
  usageChanged();
});
on(["banner"], drawBanner);

$("composer").append(main.node);
$("thread-composer").append(reply.node);
$("thread-close").onclick = () => {
  selected.thread = null;
  changed("messages");
};
for (const tab of ["messages", "home"]) $(`tab-${tab}`).onclick = () => showTab(tab);
for (const pane of ["jira", "trace", "usage"]) $(`pane-tab-${pane}`).onclick = () => showPane(pane);
$("show-places").onclick = () => $("app").classList.add("show-places");
$("show-pane").onclick = () => $("app").classList.add("show-pane");
const closeDrawers = () => $("app").classList.remove("show-places", "show-pane");
for (const id of ["scrim", "hide-pane"]) $(id).onclick = closeDrawers;
document.addEventListener("keydown", (event) => event.key === "Escape" && !$("modal").open && closeDrawers());

for (const [id, name] of [["thread-close", "close"], ["hide-pane", "close"], ["show-places", "menu"], ["show-pane", "pane"]]) $(id).append(icon(name));

const kept = recall();
await connect(kept.me);
const places = store.myChannels();
const back = places.find((one) => one.id === kept.channel);
go((back ?? places[0]).id);
if (back && kept.thread && store.thread(back.id, kept.thread).length) openThread(kept.thread);
if (back && kept.tab === "home") showTab("home");
if (kept.pane) showPane(kept.pane);
const asked = new URLSearchParams(location.search).get("issue");
if (asked) store.openIssue(asked);
document.body.dataset.ready = "true";
