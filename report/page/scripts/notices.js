// What was noticed while sessions ended: guessing, scans, changed keys.

function showNotices({ rows, others, dropped }) {
  // A panel with nothing in it says less than none.
  byId("notices").parentElement.hidden = rows.length === 0 && dropped === 0;
  byId("notices").replaceChildren(
    ...[...Map.groupBy(rows, (row) => row.name).values()].map(noticesOfName),
    others > 0 ? make("p", { class: "quiet" }, `and ${plural(others, "notice", "notices")} that are not shown`) : "",
    dropped > 0 ? make("p", { class: "quiet" }, `More hosts came than are watched at once: of ${plural(dropped, "session", "sessions")} not all was noticed.`) : "");
}

function noticesOfName(rows) {
  const [{ name, meaning }] = rows;
  const cells = rows.map((row) => [
    time(row.at),
    filterButton(row.message, () => filter.add("notice", `${words(name)}: ${row.source}`,
      (session) => host(session.client_end) === row.source)),
    row.detail ?? "",
  ]);
  return make("details", { class: "finding" },
    make("summary", {}, make("span", {}, words(name)), make("span", { class: "quiet" }, `${number(rows.length)} ×`)),
    make("p", {}, meaning),
    table([["time", "time"], ["what", "about"], ["detail", "why"]], cells));
}
