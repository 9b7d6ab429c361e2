// Totals of all sessions, in tables.

/** Where the sessions come from. */
function showSources({ sources, first, last }) {
  const few = sources.length <= 3;
  byId("sources").append(
    make("p", {}, [
      few ? sources.join(", ") : "",
      first === null ? "" : `${time(first)} to ${time(last)} UTC`,
    ].filter(Boolean).join(" · ")),
    few ? "" : make("details", { class: "sources" },
      make("summary", {}, `${number(sources.length)} captures`),
      make("ul", {}, ...sources.map((source) => make("li", {}, source)))));
}

function showTiles(data) {
  const sessions = all(data.outcomes);
  const quantum = data.algorithms.quantum;
  const negotiated = quantum.post_quantum + quantum.classical + quantum.unknown;
  const tiles = [
    ["sessions", number(sessions)],
    ["logins succeeded", number(data.outcomes.success)],
    ["logins failed", number(data.outcomes.failure)],
    ["not known", number(data.outcomes.unknown)],
    ["post-quantum key exchange", percent(quantum.post_quantum, negotiated)],
  ];
  byId("tiles").replaceChildren(...tiles.map(([title, value]) =>
    make("div", {}, make("dt", {}, title), make("dd", {}, value))));
}

/** What is in none of the rows. */
function others(rows, what) {
  const count = all(rows.others);
  if (count === 0) return "";
  const keys = rows.others_keys > 0 ? ` of ${plural(rows.others_keys, what, `${what}s`)}` : "";
  return make("p", { class: "quiet" }, `and ${plural(count, "session", "sessions")}${keys} that are not shown`);
}

/** Outcomes as a bar, by the largest of the rows. */
const outcomeBar = (outcomes, largest) =>
  stack(Object.keys(OUTCOMES).map((outcome) => [outcome, outcomes[outcome] / largest]));

const filterButton = (title, act) => make("button", { type: "button", class: "link", onclick: act }, title);

/** An address without its port. */
const host = (end) => end.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

function showPairs(pairs) {
  const largest = Math.max(1, ...pairs.rows.map((row) => all(row.outcomes)));
  const rows = pairs.rows.map(({ client, server, outcomes }) => [
    filterButton(`${client} → ${server}`, () => filter.add("pair", `${client} → ${server}`,
      (session) => host(session.client_end) === client && session.server_end === server)),
    number(outcomes.success),
    number(outcomes.failure),
    number(all(outcomes)),
    outcomeBar(outcomes, largest),
  ]);
  const columns = [["client → server", "mono"], ["in", "number"], ["failed", "number"], ["all", "number"], ["", "bar"]];
  byId("pairs").replaceChildren(table(columns, rows), others(pairs, "pair"));
}

function showQuantum({ post_quantum, classical, unknown }) {
  const whole = Math.max(1, post_quantum + classical + unknown);
  byId("quantum").replaceChildren(
    stack([["quantum", post_quantum / whole], ["classical", classical / whole], ["unknown", unknown / whole]]),
    make("ul", { class: "legend" },
      make("li", {}, swatch("--quantum"), `${number(post_quantum)} post-quantum`),
      make("li", {}, swatch("--classical"), `${number(classical)} classical`),
      unknown > 0 ? make("li", {}, swatch("--unknown"), `${number(unknown)} unknown`) : ""));
}

function showAlgorithms(algorithms) {
  const kinds = [["kex", "key exchange"], ["host_key", "host key"], ["cipher", "cipher"], ["mac", "MAC"]];
  byId("algorithms").replaceChildren(...kinds.flatMap(([kind, title]) => {
    const { rows } = algorithms[kind];
    const largest = Math.max(1, ...rows.map((row) => row.sessions));
    const cells = rows.map((row) => [
      make("span", {},
        filterButton(row.name, () => filter.add(kind, row.name, (session) => session.searched.includes(row.name.toLowerCase()))),
        " ",
        row.standing === "broken" || row.standing === "deprecated"
          ? make("span", { class: `badge ${row.standing}` }, row.standing) : "",
        row.post_quantum ? make("span", { class: "badge post-quantum" }, "post-quantum") : ""),
      number(row.sessions),
      stack([[row.post_quantum ? "quantum" : "counted", row.sessions / largest]]),
    ]);
    return rows.length === 0 ? [] : [table([[title, "mono"], ["sessions", "number"], ["", "bar"]], cells), others(algorithms[kind], "name")];
  }));
}

function showNamed(id, what, total, short) {
  // A panel with nothing in it says less than none.
  byId(id).parentElement.hidden = total.rows.length === 0;
  const largest = Math.max(1, ...total.rows.map((row) => all(row.outcomes)));
  const cells = total.rows.map(({ name, outcomes }) => [
    filterButton(short(name), () => filter.add(id, short(name), (session) => session.searched.includes(name.toLowerCase()))),
    number(all(outcomes)),
    outcomeBar(outcomes, largest),
  ]);
  byId(id).replaceChildren(table([[what, "mono"], ["sessions", "number"], ["", "bar"]], cells), others(total, "name"));
}
