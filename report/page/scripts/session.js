// One session: what is known of it, its packets, and what it said in clear.

function showSession(session) {
  const { parts, draw } = packetSection(session);
  const verdict = session.outcome === "unknown" ? "" : ` ${plural(session.attempts, "attempt", "attempts")}`
    + (session.method ? `, the last by ${session.method}` : "");
  byId("detail").replaceChildren(
    make("h3", {}, `${session.client_end} → ${session.server_end}`),
    make("p", {}, outcomeBadge(session.outcome), verdict),
    make("h3", {}, "Packets"),
    ...parts,
    make("h3", {}, "Said in clear"),
    ...messages(session),
    make("h3", {}, "What is known"),
    terms([
      ["began", `${time(session.at)} UTC`],
      ["uid", session.uid],
      ["client", session.client],
      ["server", session.server],
      ["key exchange", session.kex && make("span", {}, `${session.kex} `,
        session.post_quantum === null ? "" : session.post_quantum
          ? make("span", { class: "badge post-quantum" }, "post-quantum") : make("span", { class: "badge" }, "classical"))],
      ["cipher", session.cipher],
      ...session.more,
    ]));
  draw();
}

function messages({ messages, messages_beyond: beyond }) {
  const shown = messages.map((message) => make("details", {},
    make("summary", {},
      make("span", {}, `${message.from}: ${MESSAGES[message.name] ?? message.name}`),
      make("span", { class: "preview mono" }, preview(message.fields))),
    terms([["after", after(message.after)], ["event", make("code", {}, message.name)], ...fields(message.fields)])));
  if (shown.length === 0) shown.push(make("p", { class: "quiet" }, "Nothing."));
  if (beyond > 0) shown.push(make("p", { class: "quiet" }, `${plural(beyond, "more message is", "more messages are")} not shown.`));
  return shown;
}

const fields = (fields) => Object.entries(fields).map(([name, value]) => [
  name.replace(/^capabilities\./, "").replaceAll("_", " ").replace(".", ", "),
  Array.isArray(value)
    ? make("span", { class: "names mono" }, ...(value.length > 0 ? value : ["none"]).map((name) => make("span", {}, name)))
    : make("span", { class: "mono" }, value),
]);

/** The first field that says something. */
function preview(fields) {
  const values = Object.entries(fields).filter(([name]) => name !== "cookie" && name !== "is_orig");
  const [, value] = values.find(([name]) => name.endsWith("kex_algorithms")) ?? values[0] ?? [null, ""];
  return Array.isArray(value) ? value.join(", ") : value;
}
