// The left side: who one is, channels, direct messages, the bot.

import { $, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

/** `go(channelId)` opens a place, `become(personId)` changes who one is. */
export function sidebar({ go, become }) {
  $("team-name").textContent = store.team;
  showPersons(become);
  const mine = store.myChannels();
  list("channels", mine.filter((one) => one.kind === "channel" || one.kind === "group"), go);
  list("directs", mine.filter((one) => one.kind === "im" || one.kind === "mpim"), go);
}

function showPersons(become) {
  const select = $("person");
  replace(
    select,
    store.persons().map((one) => h("option", { value: one.id, selected: one.id === store.me }, label(one))),
  );
  select.onchange = () => become(select.value);
  replace($("my-avatar"), avatar(store.me));
  const me = store.people.get(store.me);
  const role = roleOf(me);
  replace($("my-name"), h("span.place-name", me.real_name), icon("unfold"));
  replace($("my-role"), role ? h("span.app-tag", role) : null);
  select.title = role ? `${me.real_name}: ${ROLE_WORDS[role]}` : "Be somebody else";
}

const ROLE_WORDS = {
  admin: "an admin may change /jira settings, and sees the whole workspace's usage",
  guest: "a guest is told nothing from Jira",
  external: "somebody of another organisation is told nothing from Jira, and files nothing",
};

function roleOf(person) {
  if (person.is_admin) return "admin";
  if (person.is_stranger) return "external";
  return person.is_restricted || person.is_ultra_restricted ? "guest" : "";
}

const label = (person) => `${person.real_name}${roleOf(person) ? ` (${roleOf(person)})` : ""}`;

function list(id, channels, go) {
  replace(
    $(id),
    channels.map((channel) => {
      const unread = store.unread.get(channel.id);
      const isHere = channel.id === store.selected.channel;
      return h(
        "li",
        h(
          "button",
          {
            type: "button",
            class: `place${unread ? " unread" : ""}`,
            "aria-current": isHere ? "page" : null,
            onclick: () => go(channel.id),
          },
          sign(channel),
          h("span.place-name", store.channelName(channel.id)),
          channel.kind === "im" ? h("span.app-tag", "App") : null,
          unread ? h("span.badge", { "aria-label": `${unread} unread` }, String(unread)) : null,
        ),
      );
    }),
  );
}

function sign(channel) {
  if (channel.kind === "im") return avatar(store.bot, "small");
  return h("span.sign", icon({ channel: "hash", group: "lock", mpim: "people" }[channel.kind]));
}

const HUES = [262, 18, 152, 205, 330, 48];

/** A square with initials, its colour the person's own. */
export function avatar(id, size = "") {
  const person = store.people.get(id);
  if (id === store.bot) return h("span", { class: `avatar avatar-bot ${size}`, "aria-hidden": "true" }, "SB");
  const name = person?.real_name ?? "?";
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  const place = [...store.people.keys()].indexOf(id);
  const style = `--hue:${HUES[(place + HUES.length) % HUES.length]}`;
  return h("span", { class: `avatar ${size}`, style, "aria-hidden": "true" }, initials);
}
