// Light or dark: as the system says, until someone chooses.

const theme = {
  system: matchMedia("(prefers-color-scheme: dark)"),
  chosen: null,
  listeners: [],

  get dark() { return this.chosen === null ? this.system.matches : this.chosen; },

  apply() {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
    byId("theme").textContent = this.dark ? "Light colours" : "Dark colours";
    for (const listener of this.listeners) listener();
  },

  start() {
    this.system.addEventListener("change", () => this.apply());
    byId("theme").addEventListener("click", () => {
      this.chosen = !this.dark;
      this.apply();
    });
    this.apply();
  },
};

/** The colour of a custom property, for what is drawn. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws a chart now, and again whenever its colours or its width change. */
function keepDrawn(element, draw) {
  let chart = null;
  const redraw = () => {
    chart?.destroy();
    chart = draw(Math.max(200, element.clientWidth));
  };
  redraw();
  theme.listeners.push(redraw);
  const observer = new ResizeObserver(() => chart?.setSize({ width: Math.max(200, element.clientWidth), height: chart.height }));
  observer.observe(element);
  return {
    get chart() { return chart; },
    stop() {
      observer.disconnect();
      theme.listeners.splice(theme.listeners.indexOf(redraw), 1);
      chart?.destroy();
    },
  };
}

/** What axes have in common. */
const axis = (more) => ({
  stroke: colour("--quiet"),
  grid: { stroke: colour("--line"), width: 1 },
  ticks: { stroke: colour("--line"), width: 1, size: 4 },
  font: "12px system-ui, sans-serif",
  ...more,
});
