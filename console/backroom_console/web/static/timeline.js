// The timeline of a run: how many containers waited and ran, stacked. The page has the sums as a table.

let place = null;
// Waiting is a line of its own; what runs is stacked, by capacity, what is tried again with a dashed edge.
const LOOKS = [
  { color: "--wait", dash: [2, 4] },
  { color: "--good" },
  { color: "--busy" },
  { color: "--good", dash: [6, 4] },
  { color: "--busy", dash: [6, 4] },
];

function colour(name) {
  // A property with light-dark() is only resolved where it is used.
  const probe = document.createElement("i");
  probe.className = `probe${name}`;
  place.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Put what runs on top of each other; a line is left out where there is nothing of its kind. */
function stacked(counts) {
  const drawn = [counts[0]];
  let below = counts[1].map(() => 0);
  for (const series of counts.slice(1)) {
    const here = series.map((count, at) => count + below[at]);
    drawn.push(here.map((height, at) => (series[at - 1] || series[at] || series[at + 1] ? height : null)));
    below = here;
  }
  return drawn;
}

/** Give times as the page gives them: of a day with 24 hours, with seconds where those differ, with a date over days. */
function labelled(data) {
  const [first] = data.times;
  const span = data.times[data.times.length - 1] - first;
  const parts = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (span < 1800) parts.second = "2-digit";
  if (span > 86400) Object.assign(parts, { month: "short", day: "numeric" });
  const format = new Intl.DateTimeFormat("en-GB", parts);
  return (time) => format.format(new Date(time * 1000));
}

function options(data, width) {
  const label = labelled(data);
  const ink = colour("--soft");
  const line = colour("--line");
  const series = data.series.map((label, at) => {
    const stroke = colour(LOOKS[at].color);
    return {
      label,
      stroke,
      dash: LOOKS[at].dash,
      width: 1.5,
      fill: at ? stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.3)") : undefined,
      points: { show: false },
      value: (_plot, _drawn, _series, step) => (step === null ? "–" : data.counts[at][step]?.toLocaleString()),
    };
  });
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width,
    height: 240,
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most)] } },
    series: [{ value: (_plot, time) => (time === null ? "–" : label(time)) }, ...series],
    // Each is filled down to the one below it.
    bands: [5, 4, 3].map((upper) => ({ series: [upper, upper - 1] })),
    axes: [
      { ...axis, space: 90, values: (_plot, times) => times.map(label) },
      { ...axis, size: 64, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
    cursor: { drag: { x: true, y: false } },
  };
}

let plot = null;
let reading = false;

async function draw() {
  if (reading) return;
  reading = true;
  try {
    const answer = await fetch(place.dataset.source);
    const data = await answer.json();
    if (!answer.ok || !data.times.length) return;
    const values = [data.times, ...stacked(data.counts)];
    place.hidden = false;
    plot?.destroy();
    plot = new uPlot(options(data, place.clientWidth - 16), values, place);
  } catch {
    // The console does not answer, which the foot of the page says.
  } finally {
    reading = false;
  }
}

/** Begin as soon as there is a place for it, which may come after the page. */
function begin() {
  const found = document.getElementById("timeline");
  if (!found || found === place) return;
  place = found;
  draw();
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth - 16, height: 240 })).observe(place);
}

let due = null;
begin();
document.body.addEventListener("htmx:after:swap", begin);
document.body.addEventListener("backroom:changed", () => {
  // A drawing that jumps each second shows less than one that stands for a while.
  due ??= setTimeout(() => {
    due = null;
    if (place) draw();
  }, 4000);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => place && draw());
