// What the page knows, and who is told when it changes. Nothing here touches the DOM or the network.

const STATUS_SECONDS = 120; // Slack takes a status line away after two minutes.

export const store = {
  me: "",
  bot: "",
  team: "",
  real: {},
  people: new Map(),
  channels: new Map(),
  messages: new Map(),
  statuses: new Map(),
  sessions: new Map(),
  ephemerals: [],
  homes: new Map(),
  prompts: new Map(),
  views: [],
  issues: new Map(),
  calls: [],
  costs: null,
  fileEmoji: "",
  isLost: false,
  examples: [],
  unread: new Map(),
  selected: { channel: "", thread: null, tab: "messages", issue: null },
  openIssue: () => {},

  nameOf(id) {
    const person = this.people.get(id);
    return person ? person.real_name || person.name : id;
  },
  persons() {
    return [...this.people.values()].filter((one) => !one.is_bot);
  },
  channelName(id) {
    const channel = this.channels.get(id);
    if (!channel) return id;
    if (channel.kind === "im") return this.nameOf(this.bot);
    if (channel.kind !== "mpim") return channel.name;
    return channel.members.filter((one) => one !== this.me).map((one) => this.nameOf(one)).join(", ");
  },
  myChannels() {
    return [...this.channels.values()].filter((one) => one.members.includes(this.me));
  },
  inChannel(id) {
    return [...(this.messages.get(id)?.values() ?? [])];
  },
  thread(channel, root) {
    return this.inChannel(channel).filter((one) => one.ts === root || one.thread_ts === root);
  },
  statusOf(channel, thread) {
    const status = this.statuses.get(`${channel}:${thread}`);
    return status && Date.now() / 1000 - status.at < STATUS_SECONDS ? status : null;
  },
  isBusy(channel, thread) {
    return this.sessions.get(`${channel}:${thread}`)?.status === "processing" || Boolean(this.statusOf(channel, thread));
  },
};

const listeners = new Map();

/** Call `listener` soon after any of the named parts changed. */
export function on(parts, listener) {
  for (const part of parts) listeners.set(part, [...(listeners.get(part) ?? []), listener]);
}

let waiting = new Set();

/** Say that parts changed; their listeners run once, together with other changes of the moment. */
export function changed(...parts) {
  if (!waiting.size) setTimeout(tell, 10);
  for (const part of parts) waiting.add(part);
}

function tell() {
  const due = new Set([...waiting].flatMap((part) => listeners.get(part) ?? []));
  waiting = new Set();
  for (const listener of due) listener();
}

/** Take in the whole state that the server holds. */
export function load(state) {
  const byId = (items) => new Map(items.map((one) => [one.id, one]));
  Object.assign(store, {
    me: state.me,
    bot: state.bot,
    team: state.team,
    real: state.real,
    examples: state.examples,
    people: byId(state.people),
    channels: byId(state.channels),
    messages: new Map(Object.entries(state.messages).map(([id, list]) => [id, new Map(list.map((m) => [m.ts, m]))])),
    ephemerals: state.ephemerals,
    homes: new Map(Object.entries(state.homes)),
    prompts: new Map(Object.entries(state.prompts)),
    views: state.views,
    issues: new Map(state.issues.map((issue) => [issue.key, issue])),
    calls: state.calls,
    costs: state.costs,
    fileEmoji: state.file_emoji,
    isLost: false,
    statuses: new Map(),
    sessions: new Map(),
  });
  for (const status of state.statuses) take({ kind: "status", ...status });
  for (const session of state.sessions) take({ kind: "session", ...session });
  changed("team", "messages", "home", "view", "issues", "calls", "banner");
}

const MOST_CALLS = 400;

const TAKERS = {
  message({ channel, ts, message }) {
    if (!store.messages.has(channel)) store.messages.set(channel, new Map());
    const known = store.messages.get(channel);
    const isNew = !known.has(ts);
    known.set(ts, message);
    if (isNew) noteUnread(channel, message);
    changed("messages");
  },
  message_deleted({ channel, ts }) {
    store.messages.get(channel)?.delete(ts);
    changed("messages");
  },
  status({ channel, thread_ts: thread, status, loading_messages: loading }) {
    const key = `${channel}:${thread}`;
    if (status) store.statuses.set(key, { status, loading: loading ?? [], at: Date.now() / 1000 });
    else store.statuses.delete(key);
    changed("messages");
  },
  session({ channel, thread_ts: thread, status, title }) {
    store.sessions.set(`${channel}:${thread}`, { status, title });
    changed("messages");
  },
  ephemeral(change) {
    store.ephemerals.push(change);
    changed("messages");
  },
  ephemeral_hidden({ ts }) {
    store.ephemerals = store.ephemerals.filter((one) => one.ts !== ts);
    changed("messages");
  },
  prompts({ channel, prompts, title }) {
    store.prompts.set(channel, { prompts, title });
    changed("messages");
  },
  home({ user, view }) {
    store.homes.set(user, view);
    changed("home");
  },
  view_opened({ user, view }) {
    if (user !== store.me) return;
    store.views.push(view);
    changed("view");
  },
  view_updated({ user, view, errors }) {
    if (store.homes.get(user)?.id === view.id) {
      store.homes.set(user, view);
      changed("home");
    }
    const place = store.views.findIndex((one) => one.id === view.id);
    if (place < 0) return;
    store.views[place] = { ...view, errors: errors ?? {} };
    changed("view");
  },
  view_closed({ view_id: id }) {
    store.views = store.views.filter((one) => one.id !== id);
    changed("view");
  },
  issue({ issue }) {
    store.issues.set(issue.key, issue);
    changed("issues");
  },
  call({ call, costs }) {
    store.calls.push(call);
    store.calls.splice(0, store.calls.length - MOST_CALLS);
    if (costs) store.costs = costs;
    changed("calls");
  },
  // What Slack brought to the bot; the calls are those that the bot made.
  delivery({ event, attempt, acked, seconds }) {
    const outcome = acked ? "ack" : "no ack";
    const operation = attempt > 1 ? `${event} (attempt ${attempt})` : event;
    const call = { service: "slack", direction: "in", operation, at: Date.now() / 1000, seconds, outcome, is_ok: acked };
    this.call({ call });
  },
};

/** Take in one change. */
export function take(change) {
  if (change.kind in TAKERS) TAKERS[change.kind](change);
}

function noteUnread(channel, message) {
  const isSeen = channel === store.selected.channel && store.selected.tab === "messages";
  if (isSeen || message.user === store.me) return;
  store.unread.set(channel, (store.unread.get(channel) ?? 0) + 1);
  changed("team");
}
