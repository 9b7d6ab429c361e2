// The packets of a session: what the client sends goes up, what the server sends goes down.

/** Sizes are drawn by their square roots: a password is small beside a KEXINIT. */
const drawn = (packet) => (packet.from === "client" ? 1 : -1) * Math.sqrt(packet.octets ?? 0);

let packetChart = null;

function packetSection(session) {
  packetChart?.stop();
  packetChart = null;
  const { packets, packets_beyond: beyond } = session;
  if (packets.length === 0) return { parts: [make("p", { class: "quiet" }, "No packet of it could be read.")], draw: () => {} };

  const present = Object.keys(KINDS).filter((kind) => packets.some((packet) => packet.kind === kind));
  const chart = make("div", {
    class: "chart",
    id: "packets",
    tabindex: "0",
    role: "application",
    "aria-label": `${plural(packets.length, "packet", "packets")}: arrow keys go through them`,
  });
  const readout = make("p", { class: "readout", "aria-live": "polite" });
  const rows = table(
    [["#", "number"], ["after", "number"], ["from", ""], ["octets", "number"], ["taken for", ""], ["which is", ""]],
    packets.map((packet, index) => [
      number(index + 1),
      after(packet.after),
      packet.from,
      packet.octets === null ? "?" : number(packet.octets),
      make("span", {}, swatch(`--kind-${packet.kind}`), packet.taken_for),
      EVIDENCE[packet.evidence] ?? "of known size only",
    ]));
  const lines = [...rows.tBodies[0].rows];

  const hint = "Up: from the client. Down: from the server. Heights are square roots of octets.";
  readout.textContent = hint;
  let at = null;
  const say = (index) => {
    if (at !== null) lines[at].removeAttribute("aria-current");
    at = index ?? null;
    if (at === null) return void (readout.textContent = hint);
    lines[at].setAttribute("aria-current", "true");
    const packet = packets[at];
    readout.textContent = `${at + 1} of ${packets.length}, ${after(packet.after)}: ${packet.from}, `
      + `${packet.octets === null ? "size not known" : plural(packet.octets, "octet", "octets")}, ${packet.taken_for}`
      + ` (${EVIDENCE[packet.evidence] ?? "of known size only"})`;
  };

  const draw = () => {
    const places = packets.map((_, index) => index + 1);
    const bars = uPlot.paths.bars({ size: [0.75, 28] });
    packetChart = keepDrawn(chart, (width) => new uPlot({
      width,
      height: 220,
      legend: { show: false },
      scales: { x: { time: false, range: [0.5, Math.max(12, packets.length) + 0.5] }, y: { range: (_, least, most) => [Math.min(least, -6) * 1.1, Math.max(most, 6) * 1.1] } },
      axes: [
        axis({ grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100] }),
        axis({ size: 56, values: (_, values) => values.map((value) => number(Math.round(value * value))) }),
      ],
      series: [{}, ...present.map((kind) => ({ fill: colour(`--kind-${kind}`), width: 0, paths: bars, points: { show: false } }))],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      hooks: { setCursor: [(chart) => say(chart.cursor.idx)] },
    }, [places, ...present.map((kind) => packets.map((packet) => (packet.kind === kind ? drawn(packet) : null)))], chart));
  };
  chart.addEventListener("keydown", (event) => {
    const to = moved(event.key, at, packets.length);
    if (to === null) return;
    packetChart.chart.setCursor({ left: packetChart.chart.valToPos(to + 1, "x"), top: 10 });
    say(to);
    lines[to].scrollIntoView({ block: "nearest" });
    event.preventDefault();
  });

  const parts = [
    make("ul", { class: "legend" }, ...present.map((kind) => make("li", {}, swatch(`--kind-${kind}`), KINDS[kind]))),
    chart,
    readout,
    beyond.packets > 0
      ? make("p", { class: "quiet" }, `${plural(beyond.packets, "more packet", "more packets")} of ${number(beyond.octets)} octets are not shown.`) : "",
    make("div", { class: "packets", tabindex: "0", role: "region", "aria-label": "Packets as a table" }, rows),
  ];
  return { parts, draw };
}
