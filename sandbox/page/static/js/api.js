// The page's server: one call to read the state, one stream of changes, one POST for all that a person does.

import { changed, load, store, take } from "./store.js";
import { notice } from "./notice.js";

const GONE = "The sandbox does not answer. Is it still running?";

let stream = null;

/** Read everything that `me` may see, then follow the changes from there on. */
export async function connect(me) {
  stream?.close();
  const state = await read(`api/state?${new URLSearchParams(me ? { me } : {})}`);
  if (!state) return;
  load(state);
  stream = new EventSource(`api/changes?${new URLSearchParams({ after: state.number, calls: state.last_call })}`);
  stream.onmessage = (event) => take(JSON.parse(event.data));
  // The browser comes back by itself, but what happened meanwhile it does not know.
  stream.onerror = () => {
    store.isLost = true;
    changed("banner");
  };
  stream.onopen = () => store.isLost && connect(store.me);
}

async function read(path) {
  try {
    return await (await fetch(path)).json();
  } catch {
    notice(GONE);
    return null;
  }
}

/** Do something as the person at the page; what Slack would say to a failure is shown. */
export async function act(name, body) {
  return post(`api/act/${name}`, JSON.stringify({ user: store.me, ...body }));
}

/** Put a file into a channel or thread together with its comment. */
export async function upload(file, { channel, thread, text }) {
  const form = new FormData();
  form.set("file", file);
  for (const [name, value] of Object.entries({ user: store.me, channel, thread_ts: thread ?? "", text })) {
    form.set(name, value);
  }
  return post("api/upload", form);
}

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", body });
    const result = await answer.json();
    if (result.error) notice(result.error);
    return result;
  } catch {
    notice(GONE);
    return { error: GONE };
  }
}
