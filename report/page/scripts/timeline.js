// Sessions over time, stacked by what became of the login.

function showTimeline({ seconds, counts }) {
  const element = byId("timeline");
  const readout = byId("timeline-readout");
  byId("outcome-legend").replaceChildren(...Object.entries(OUTCOMES).map(([outcome, { title }]) =>
    make("li", {}, swatch(`--${outcome}`), title)));
  if (counts.length === 0) return readout.replaceChildren("There are no sessions.");

  const byStart = new Map(counts);
  const first = counts[0][0];
  const last = counts[counts.length - 1][0];
  const starts = [];
  for (let start = first; start <= last; start += seconds) starts.push(start);
  const nothing = { success: 0, failure: 0, unknown: 0 };
  const steps = starts.map((start) => byStart.get(start) ?? nothing);
  // The highest bar is drawn first, and the others over it.
  const data = [
    starts,
    steps.map((step) => step.success + step.failure + step.unknown),
    steps.map((step) => step.success + step.failure),
    steps.map((step) => step.success),
  ];
  // Few steps are not drawn as broad as the page.
  const margin = Math.max(seconds / 2, (8 * seconds - (last - first)) / 2);
  const hint = `Steps of ${length(seconds)}. Drag, or choose with arrow keys and Enter, to list sessions of a time.`;
  readout.textContent = hint;

  const say = (index) => {
    if (index === null || index === undefined) return void (readout.textContent = hint);
    const { success, failure, unknown } = steps[index];
    readout.textContent = `${time(starts[index] * 1e6)}: ${plural(success + failure + unknown, "session", "sessions")},`
      + ` ${success} in, ${failure} failed, ${unknown} not known`;
  };
  const choose = (from, until) => filter.add("time", `${time(from * 1e6)} to ${time(until * 1e6)}`,
    (session) => session.at >= from * 1e6 && session.at < until * 1e6);

  const bars = uPlot.paths.bars({ size: [0.9, 40] });
  const series = (outcome) => ({ fill: colour(`--${outcome}`), width: 0, paths: bars, points: { show: false } });
  const kept = keepDrawn(element, (width) => new uPlot({
    width,
    height: 180,
    legend: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    scales: { x: { range: [first - margin, last + margin] }, y: { range: (_, __, most) => [0, Math.max(1, most) * 1.05] } },
    axes: [axis({ values: clock, space: 70, incrs: TICKS }), axis({ size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] })],
    series: [{}, series("unknown"), series("failure"), series("success")],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    hooks: {
      setCursor: [(chart) => say(chart.cursor.idx)],
      setSelect: [(chart) => {
        const { left, width } = chart.select;
        if (width < 3) return;
        choose(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
    },
  }, data, element));

  let at = null;
  element.setAttribute("aria-label", `Sessions over time, in steps of ${length(seconds)}`);
  element.addEventListener("keydown", (event) => {
    const to = moved(event.key, at, starts.length);
    if (to !== null) {
      at = to;
      kept.chart.setCursor({ left: kept.chart.valToPos(starts[at], "x"), top: 10 });
      say(at);
    } else if (event.key === "Enter" && at !== null) {
      choose(starts[at], starts[at] + seconds);
    } else {
      return;
    }
    event.preventDefault();
  });
}

/** Seconds between two times at an axis. */
const TICKS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200].concat([1, 2, 7, 14, 28, 91, 182, 365, 730, 3650].map((days) => days * 86400));

/** Times at an axis: dates where steps are long, else the time of day, with the date where a day begins. */
function clock(_, starts, __, ___, step) {
  let day = null;
  return starts.map((start) => {
    const [date, hour] = time(start * 1e6).split(" ");
    const dated = date !== day;
    day = date;
    if (step >= 86400) return date;
    return (step < 60 ? hour : hour.slice(0, 5)) + (dated ? `\n${date}` : "");
  });
}

/** Where a key moves to among so many places; `null` where it does not. */
function moved(key, at, count) {
  const last = count - 1;
  const from = at ?? -1;
  switch (key) {
    case "ArrowRight": return Math.min(last, from + 1);
    case "ArrowLeft": return Math.max(0, at === null ? last : from - 1);
    case "Home": return 0;
    case "End": return last;
    default: return null;
  }
}
