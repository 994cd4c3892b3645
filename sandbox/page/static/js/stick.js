// A list that stays at its end while it grows or gets smaller, until a person scrolls up.

const NEAR_PIXELS = 60;

/** Keep `list` at its end; call the returned function after its content changed, with true to go there anyway. */
export function stickToEnd(list) {
  let isStuck = true;
  const stay = (anyway = false) => {
    isStuck ||= anyway;
    if (isStuck) list.scrollTop = list.scrollHeight;
  };
  list.addEventListener("scroll", () => {
    isStuck = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PIXELS;
  });
  new ResizeObserver(() => stay()).observe(list);
  return stay;
}
