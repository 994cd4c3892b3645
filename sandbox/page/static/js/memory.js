// What a reload of this window keeps: who one is, the place, the thread, the pane. Each window has its own.

const NAME = "support-bot-sandbox";

/** Return what was kept, or an empty object; a browser that keeps nothing is no error. */
export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

export function keep(facts) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ ...recall(), ...facts }));
  } catch {
    // Without it a reload begins anew, and nothing else is lost.
  }
}
