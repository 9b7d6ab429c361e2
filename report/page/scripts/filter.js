// Which sessions are listed.

const filter = {
  text: "",
  outcome: "",
  /** What the totals and charts ask for, by kind: a title, and what a session must fulfil. */
  chips: new Map(),
  changed: () => {},

  matches(session) {
    if (this.outcome && session.outcome !== this.outcome) return false;
    for (const { test } of this.chips.values()) if (!test(session)) return false;
    return this.text.toLowerCase().split(/\s+/).every((word) => session.searched.includes(word));
  },

  add(kind, title, test) {
    this.chips.set(kind, { title, test });
    this.show();
  },

  show() {
    byId("chips").replaceChildren(...[...this.chips].map(([kind, { title }]) =>
      make("li", {}, make("button", {
        type: "button",
        class: "plain",
        "aria-label": `Remove the filter ${title}`,
        onclick: () => {
          this.chips.delete(kind);
          this.show();
        },
      }, `${title} ✕`))));
    this.changed();
  },

  start() {
    byId("text").addEventListener("input", (event) => {
      this.text = event.target.value;
      this.changed();
    });
    byId("outcome").addEventListener("change", (event) => {
      this.outcome = event.target.value;
      this.changed();
    });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("reset").addEventListener("click", () => {
      byId("text").value = this.text = "";
      byId("outcome").value = this.outcome = "";
      this.chips.clear();
      this.show();
    });
  },
};

/** What is looked through for the words of the filter. */
function searchable(session) {
  const parts = [session.uid, session.client_end, session.server_end, session.client, session.server,
    session.method, session.kex, session.cipher, ...session.more.map(([, value]) => value)];
  return parts.filter(Boolean).join("\n").toLowerCase();
}
