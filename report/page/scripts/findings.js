// What an audit of the sessions found, worst first.

const SEVERITIES = ["critical", "high", "medium", "low", "info"];

const severityBadge = (severity) => make("span", { class: `badge ${severity}` }, severity);

/** Whether a session is of those whom a finding is about. */
function concerns({ client, server, host_key: key }, session) {
  return (client === undefined || host(session.client_end) === client || host(session.server_end) === client)
    && (server === undefined || session.server_end === server)
    && (key === undefined || session.searched.includes(key.toLowerCase()));
}

function showFindings({ rows, others, incomplete }) {
  const counts = SEVERITIES.map((severity) => [severity, rows.filter((row) => row.severity === severity).length]);
  byId("severities").replaceChildren(...counts.filter(([, count]) => count > 0).map(([severity, count]) =>
    make("li", {}, severityBadge(severity), number(count))));
  if (rows.length === 0) {
    byId("findings").replaceChildren(make("p", { class: "quiet" }, "Nothing was found that is wrong."));
    return;
  }
  // They come worst first, and those of one name one behind the other.
  const byName = Map.groupBy(rows, (row) => row.name);
  byId("findings").replaceChildren(
    ...[...byName.values()].map(findingsOfName),
    others > 0 ? make("p", { class: "quiet" }, `and ${plural(others, "finding", "findings")} that are not shown`) : "",
    incomplete ? make("p", { class: "quiet" }, "There were more servers, clients or offers than are kept; of those nothing was found.") : "");
}

/** All findings of a name: what it means, and whom it is about. */
function findingsOfName(rows) {
  const [{ severity, name, meaning, reference }] = rows;
  const cells = rows.map((row) => [
    filterButton(row.about, () => filter.add("finding", `${words(name)}: ${row.about}`, (session) => concerns(row, session))),
    row.reason,
    number(row.sessions),
  ]);
  return make("details", { class: "finding" },
    make("summary", {}, make("span", {}, words(name)), severityBadge(severity), make("span", { class: "quiet" }, `${number(rows.length)} ×`)),
    make("p", {}, meaning),
    make("p", { class: "quiet" }, `See ${reference}.`),
    table([["about", "about"], ["why", "why"], ["sessions", "number"]], cells));
}
