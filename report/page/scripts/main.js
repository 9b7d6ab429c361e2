// Puts everything in its place.

const data = JSON.parse(byId("data").textContent);
for (const session of data.sessions) session.searched = searchable(session);

const sessionCount = all(data.outcomes);
document.title = `${plural(sessionCount, "SSH session", "SSH sessions")}`;
showSources(data);
byId("made").textContent = `kexray ${data.version}`;
byId("sampled").textContent = data.sessions.length < sessionCount
  ? `A sample of ${number(data.sessions.length)} of ${number(sessionCount)} sessions; the totals above count all.` : "";

theme.start();
showTiles(data);
showTimeline(data.timeline);
showNotices(data.notices);
showFindings(data.findings);
showPairs(data.pairs);
showQuantum(data.algorithms.quantum);
showAlgorithms(data.algorithms);
showNamed("clients", "identification", data.clients, software);
showNamed("servers", "identification", data.servers, software);
showNamed("oddities", "name", data.oddities, (name) => name);
filter.start();
sessionList.start(data.sessions);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  byId("text").focus();
});
