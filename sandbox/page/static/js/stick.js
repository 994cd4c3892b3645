// A list that stays at its end while it grows or gets smaller, until a person scrolls up.

const NEAR_PIXELS = 60;

/** Keep `list` at its end; call the returned function after its content changed, with true to go there anyway. */
export function stickToEnd(list) {
  let isStuck = true;
  let size = "";
  const sizeNow = () => `${list.scrollHeight} ${list.clientHeight} ${list.clientWidth}`;
  const stay = (anyway = false) => {
    isStuck ||= anyway;
    if (isStuck) list.scrollTop = list.scrollHeight;
    size = sizeNow();
  };
  list.addEventListener("scroll", () => {
    if (size !== sizeNow()) return; // The window or the content changed, and nobody scrolled.
    isStuck = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PIXELS;
  });
  new ResizeObserver(() => stay()).observe(list);
  return stay;
}
