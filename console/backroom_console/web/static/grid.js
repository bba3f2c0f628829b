// The grid of a run's portions: a canvas over a sheet that scrolls, of which only what is in view is drawn.
// By keyboard: arrows go from cell to cell, Home and End to the first and last, Enter opens the portion.
// The table below it says the same by tenant, and the list of portions one by one.

const SIZE = 14;
const LABEL_HEIGHT = 22;
const LABEL_WIDTH = 132;
const SIDE_BY_SIDE = 620;

class Grid {
  constructor(place) {
    this.place = place;
    this.said = document.getElementById("grid-said");
    this.sheet = document.createElement("div");
    this.sheet.className = "sheet";
    this.canvas = document.createElement("canvas");
    this.sheet.append(this.canvas);
    place.append(this.sheet);
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-label", "Portions by tenant; arrow keys go from portion to portion, Enter opens one");
    place.setAttribute("aria-describedby", "grid-said");
    this.rows = [];
    this.cells = [];
    this.at = -1;
    place.addEventListener("scroll", () => this.paintSoon(), { passive: true });
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.select(-1));
    this.canvas.addEventListener("click", (event) => this.open(this.under(event)));
    place.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.lay()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
  }

  async read() {
    if (this.reading) return;
    this.reading = true;
    try {
      const answer = await fetch(this.place.dataset.source);
      const data = await answer.json();
      if (answer.ok) this.take(data);
      else this.said.textContent = data.message;
    } catch {
      // The console does not answer, which the foot of the page says.
    } finally {
      this.reading = false;
    }
  }

  take(data) {
    this.states = data.states;
    this.tenants = data.tenants;
    this.place.hidden = !data.tenants.length;
    this.lay();
  }

  /** Give every cell its place: tenants below each other, each tenant's cells in as many lines as they need. */
  lay() {
    if (!this.tenants || this.place.hidden) return;
    const width = this.place.clientWidth;
    this.wide = width > SIDE_BY_SIDE;
    this.left = this.wide ? LABEL_WIDTH : 10;
    this.columns = Math.max(1, Math.floor((width - this.left - 10) / SIZE));
    this.rows = [];
    this.cells = [];
    let y = 8;
    for (const tenant of this.tenants) {
      const lines = Math.ceil(tenant.portions.length / this.columns);
      const top = y + (this.wide ? 0 : LABEL_HEIGHT);
      this.rows.push({ tenant, y, top, first: this.cells.length });
      tenant.portions.forEach((portion, index) => this.cells.push({ tenant, portion, index, row: this.rows.length - 1 }));
      y = top + Math.max(lines * SIZE, this.wide ? LABEL_HEIGHT - 4 : 0) + 6;
    }
    this.height = y + 4;
    this.sheet.style.height = `${this.height}px`;
    this.repaint();
  }

  repaint() {
    this.sprites = null;
    this.paintSoon();
  }

  paintSoon() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.paint();
    });
  }

  paint() {
    if (!this.rows.length) return;
    const ratio = window.devicePixelRatio || 1;
    const width = this.place.clientWidth;
    const height = Math.min(this.place.clientHeight, this.height);
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.sprites ??= this.drawSprites(ratio);
    const draw = this.canvas.getContext("2d");
    draw.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw.clearRect(0, 0, width, height);
    const from = this.place.scrollTop;
    for (const row of this.rows) {
      const lines = Math.ceil(row.tenant.portions.length / this.columns);
      if (row.top + Math.max(lines * SIZE, LABEL_HEIGHT) < from) continue;
      if (row.y > from + height) break;
      this.paintRow(draw, row, from, height, lines);
    }
    this.paintSelected(draw, from);
  }

  paintRow(draw, row, from, height, lines) {
    draw.fillStyle = this.ink;
    draw.font = "12.5px system-ui, sans-serif";
    draw.textBaseline = "middle";
    const text = this.shortened(draw, row.tenant.name || "not planned", (this.wide ? LABEL_WIDTH : this.place.clientWidth) - 20);
    draw.fillText(text, 10, row.y - from + (this.wide ? SIZE / 2 : LABEL_HEIGHT / 2));
    const first = Math.max(0, Math.floor((from - row.top) / SIZE));
    const last = Math.min(lines, Math.ceil((from + height - row.top) / SIZE));
    for (let at = first * this.columns; at < Math.min(last * this.columns, row.tenant.portions.length); at += 1) {
      const x = this.left + (at % this.columns) * SIZE;
      const y = row.top + Math.floor(at / this.columns) * SIZE - from;
      const letter = row.tenant.states[at];
      draw.globalAlpha = this.isChosen(row.tenant, at) ? 1 : 0.18;
      draw.drawImage(this.sprites[letter], x, y, SIZE, SIZE);
    }
    draw.globalAlpha = 1;
  }

  shortened(draw, text, width) {
    if (draw.measureText(text).width <= width) return text;
    let kept = text;
    while (kept && draw.measureText(`${kept}…`).width > width) kept = kept.slice(0, -1);
    return `${kept}…`;
  }

  isChosen(tenant, at) {
    const { state, tenant: name, cause } = this.place.dataset;
    if (state && this.states[tenant.states[at]].state !== state) return false;
    if (name && tenant.name !== name) return false;
    return !cause || tenant.causes[tenant.portions[at]] === cause;
  }

  paintSelected(draw, from) {
    const cell = this.cells[this.at];
    if (!cell) return;
    const { x, y } = this.placeOf(cell);
    draw.strokeStyle = this.accent;
    draw.lineWidth = 2;
    draw.strokeRect(x + 0.5, y - from + 0.5, SIZE - 1, SIZE - 1);
  }

  placeOf(cell) {
    const row = this.rows[cell.row];
    return { x: this.left + (cell.index % this.columns) * SIZE, y: row.top + Math.floor(cell.index / this.columns) * SIZE };
  }

  /** Draw each state once: a colour and a sign of its own. */
  drawSprites(ratio) {
    this.ink = this.colour("ink");
    this.accent = this.colour("accent");
    const paper = this.colour("paper");
    const made = {};
    for (const [letter, state] of Object.entries(this.states)) {
      const sprite = document.createElement("canvas");
      sprite.width = sprite.height = Math.round(SIZE * ratio);
      const draw = sprite.getContext("2d");
      draw.scale(ratio, ratio);
      const hollow = state.tone === "wait" || state.tone === "calm";
      draw.fillStyle = draw.strokeStyle = this.colour(state.tone);
      draw.beginPath();
      draw.roundRect(1.5, 1.5, SIZE - 3, SIZE - 3, 2.5);
      if (hollow) draw.stroke();
      else draw.fill();
      if (state.tone !== "good" && state.tone !== "wait") {
        draw.fillStyle = hollow ? this.colour(state.tone) : paper;
        draw.font = "bold 9px system-ui, sans-serif";
        draw.textAlign = "center";
        draw.textBaseline = "middle";
        draw.fillText(state.sign, SIZE / 2, SIZE / 2 + 0.5);
      }
      made[letter] = sprite;
    }
    return made;
  }

  colour(name) {
    const probe = document.createElement("i");
    probe.className = `probe--${name}`;
    this.place.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top + this.place.scrollTop;
    const column = Math.floor((x - this.left) / SIZE);
    if (column < 0 || column >= this.columns) return -1;
    const row = this.rows.findLast((one) => one.top <= y);
    if (!row) return -1;
    const index = Math.floor((y - row.top) / SIZE) * this.columns + column;
    return index < row.tenant.portions.length ? row.first + index : -1;
  }

  point(event) {
    this.select(this.under(event));
    this.canvas.style.cursor = this.at < 0 ? "default" : "pointer";
  }

  select(at) {
    if (at === this.at) return;
    this.at = at;
    const cell = this.cells[at];
    this.said.textContent = cell ? this.describe(cell) : "";
    this.paintSoon();
  }

  describe(cell) {
    const state = this.states[cell.tenant.states[cell.index]];
    const cause = cell.tenant.causes[cell.portion];
    return `Portion ${cell.portion} of ${cell.tenant.name}: ${state.word}${cause ? `, ${cause.replaceAll("_", " ")}` : ""}`;
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];
    const last = this.cells.length - 1;
    if (event.key === "Enter") this.open(this.at);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(last);
    else if (step) this.go(this.at < 0 ? 0 : Math.abs(step) === 1 ? this.at + step : this.vertical(Math.sign(step)));
    else return;
    event.preventDefault();
  }

  /** Give the cell above or below; from a tenant's last line that is the next tenant's. */
  vertical(direction) {
    const cell = this.cells[this.at];
    const aim = this.at + direction * this.columns;
    const row = this.rows[cell.row];
    if (aim >= row.first && aim < row.first + row.tenant.portions.length) return aim;
    const other = this.rows[cell.row + direction];
    if (!other) return this.at;
    const column = cell.index % this.columns;
    const count = other.tenant.portions.length;
    const line = direction > 0 ? 0 : Math.ceil(count / this.columns) - 1;
    return other.first + Math.min(line * this.columns + column, count - 1);
  }

  go(at) {
    const aim = Math.min(Math.max(at, 0), this.cells.length - 1);
    this.select(aim);
    const cell = this.cells[aim];
    if (!cell) return;
    const { y } = this.placeOf(cell);
    const { scrollTop, clientHeight } = this.place;
    if (y < scrollTop) this.place.scrollTop = y - LABEL_HEIGHT;
    else if (y + SIZE > scrollTop + clientHeight) this.place.scrollTop = y + 2 * SIZE - clientHeight;
  }

  open(at) {
    const cell = this.cells[at];
    if (cell) window.location.assign(`${this.place.dataset.run}/portions/${cell.portion}`);
  }
}

let grid = null;
let due = null;

/** Begin as soon as there is a place for it, which may come after the page. */
function begin() {
  const place = document.getElementById("grid");
  if (!place || grid?.place === place) return;
  grid = new Grid(place);
  grid.read();
}

begin();
document.body.addEventListener("htmx:after:swap", begin);
document.body.addEventListener("backroom:changed", () => {
  due ??= setTimeout(() => {
    due = null;
    grid?.read();
  }, 1500);
});
