// The list of sessions, and the one that is chosen.

const sessionList = {
  /** Sessions that are put into the list at once. */
  PAGE: 100,
  sessions: [],
  matching: [],
  shown: 0,
  chosen: null,

  start(sessions) {
    this.sessions = sessions;
    const list = byId("list");
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("click", (event) => {
      const option = event.target.closest(".option");
      if (option) this.choose(this.matching[Number(option.dataset.index)], true);
    });
    filter.changed = () => this.refresh();
    this.refresh();
  },

  refresh() {
    this.matching = this.sessions.filter((session) => filter.matches(session));
    this.shown = 0;
    byId("list").replaceChildren();
    byId("matching").textContent = `${plural(this.matching.length, "session", "sessions")} of ${number(this.sessions.length)}`;
    if (this.matching.length === 0) {
      byId("list").append(make("p", { class: "empty" }, this.sessions.length === 0 ? "There are no sessions." : "No session fits these filters."));
      return;
    }
    this.more();
    this.choose(this.matching.includes(this.chosen) ? this.chosen : this.matching[0], false);
  },

  more() {
    const list = byId("list");
    list.querySelector(".more")?.remove();
    const next = this.matching.slice(this.shown, this.shown + this.PAGE);
    list.append(...next.map((session, index) => this.option(session, this.shown + index)));
    this.shown += next.length;
    const left = this.matching.length - this.shown;
    if (left > 0) {
      list.append(make("button", { type: "button", class: "plain more", onclick: () => this.more() }, `Show more (${number(left)} left)`));
    }
  },

  option(session, index) {
    const parts = [software(session.client), session.kex].filter(Boolean);
    return make("div", { class: "option", role: "option", id: `session-${index}`, "data-index": String(index), "aria-selected": "false" },
      make("div", {}, make("span", { class: "small" }, time(session.at)), outcomeBadge(session.outcome)),
      make("span", { class: "ends" }, `${session.client_end} → ${session.server_end}`),
      make("span", { class: "small" }, parts.join(" · ")));
  },

  /** Shows a session. `follow` brings it into view where the detail is not beside the list. */
  choose(session, follow) {
    const list = byId("list");
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    const index = this.matching.indexOf(session);
    while (index >= this.shown) this.more();
    const option = byId(`session-${index}`);
    option.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", option.id);
    if (session !== this.chosen) {
      this.chosen = session;
      showSession(session);
    }
    if (follow && !matchMedia("(min-width: 64rem)").matches) byId("detail").scrollIntoView({ block: "start" });
  },

  key(event) {
    if (event.target !== byId("list") || this.matching.length === 0) return;
    const at = this.matching.indexOf(this.chosen);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (event.key === "Enter") return byId("detail").scrollIntoView({ block: "nearest" });
    if (!(event.key in steps)) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(this.matching.length - 1, at + steps[event.key]));
    this.choose(this.matching[to], false);
    byId(`session-${to}`).scrollIntoView({ block: "nearest" });
  },
};
