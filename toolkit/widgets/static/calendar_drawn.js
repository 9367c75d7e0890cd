// What of the calendar is drawn: the rows near the scroll position, and the tray.

const KEYS_TOLD = "回车拿起，方向键移动，回车放下，Esc 放弃；[ ] 换时段，Delete 拿出排期，i 看为什么排在这里。";
const DRAWN_BY = ["groups", "days", "posts", "tray", "view", "month_group", "colour_by", "legend", "shown", "label", "height"];

class Drawn {
  constructor(model, el) {
    this.model = model;
    this.me = Math.random().toString(36).slice(2);
    this.turn = 0;
    this.waiting = new Map(); // id → what was asked for it and is not answered
    this.opened = new Set();
    this.spot = { row: 0, column: 0, number: 0, id: "" }; // where Tab comes in
    this.traySpot = "";
    this.held = null;
    this.press = null;
    this.drawnOf = new Map();
    this.lines = new Map(); // number of a row → its element
    this.build(el);
    this.listen();
    this.say(model.get("told"));
  }

  build(el) {
    el.classList.add("wn");
    this.root = make("div", "wn-cal");
    this.root.lang = "zh-CN";
    this.legend = make("div");
    this.scroll = make("div", "wn-cal-scroll");
    this.scroll.setAttribute("role", "grid");
    this.head = make("div", "wn-cal-head");
    this.head.setAttribute("role", "row");
    this.head.setAttribute("aria-rowindex", 1);
    this.body = make("div", "wn-cal-body");
    this.body.setAttribute("role", "rowgroup");
    this.aim = make("div", "wn-cal-aim");
    this.aim.setAttribute("aria-hidden", "true");
    this.scroll.append(this.head, this.body);
    this.tray = make("section", "wn-cal-tray");
    this.tray.setAttribute("aria-label", "未排入");
    this.trayHead = make("h4");
    this.trayScroll = make("div", "wn-cal-tray-scroll");
    this.trayList = make("div", "wn-cal-tray-list");
    this.trayScroll.append(this.trayList);
    this.tray.append(this.trayHead, this.trayScroll);
    const main = make("div", "wn-cal-main");
    main.append(this.scroll, this.tray);
    this.status = make("p", "wn-cal-told");
    this.status.setAttribute("role", "status");
    const help = make("small", "wn-cal-help", KEYS_TOLD);
    help.id = `wn-cal-help-${this.me}`;
    this.scroll.setAttribute("aria-describedby", help.id);
    this.root.append(this.legend, main, this.status, help);
    el.append(this.root);
  }

  listen() {
    const on = (target, names, callback, options) =>
      names.split(" ").forEach((name) => target.addEventListener(name, callback, options));
    on(this.scroll, "scroll", () => this.soon("paint"), { passive: true });
    on(this.trayScroll, "scroll", () => this.paintTray(), { passive: true });
    on(this.root, "keydown", (event) => this.key(event));
    on(this.root, "click", (event) => this.click(event));
    on(this.root, "dblclick", (event) => this.open(event.target.closest("[data-id]")?.dataset.id));
    on(this.root, "focusin", (event) => this.focused(event.target));
    on(this.root, "focusout", (event) => this.left(event.relatedTarget));
    on(this.root, "pointerdown", (event) => this.down(event));
    on(this.root, "pointermove", (event) => this.move(event));
    on(this.root, "pointerup", (event) => this.up(event));
    on(this.root, "pointercancel", () => this.giveUp());
    this.still = (event) => this.held?.dragged && event.cancelable && event.preventDefault();
    on(this.root, "touchmove", this.still, { passive: false });
    on(this.root, "contextmenu", (event) => this.press?.touch && event.preventDefault());
    this.escape = (event) => {
      if (event.key !== "Escape" || !this.held?.dragged) return;
      event.preventDefault();
      event.stopPropagation();
      this.giveUp();
    };
    document.addEventListener("keydown", this.escape, true);
    this.heard = [
      [DRAWN_BY.map((name) => `change:${name}`).join(" "), () => this.soon("draw")],
      ["change:answered", () => this.settle()],
      ["change:selected", () => this.selectedElsewhere()],
      ["change:told", () => this.say(this.model.get("told"))],
      ["change:busy", () => this.showBusy()],
    ];
    for (const [names, callback] of this.heard) this.model.on(names, callback);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.scroll);
  }

  close() {
    for (const [names, callback] of this.heard) this.model.off(names, callback);
    document.removeEventListener("keydown", this.escape, true);
    this.sizes.disconnect();
    this.ghost?.remove();
  }

  /** Draw or paint with the next frame, once however many changes come. */
  soon(what) {
    if (what === "draw") this.anew = true;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.anew) this.draw();
      else this.paint();
    });
  }

  resized() {
    const wide = this.scroll.clientWidth;
    if (wide && wide !== this.wideThen) this.draw();
    this.wideThen = wide;
  }

  send(event, value) {
    this.turn += 1;
    this.model.send({ event, turn: `${this.me}-${this.turn}`, ...value });
    return this.turn;
  }

  say(text) {
    this.status.textContent = text;
  }

  showBusy() {
    const busy = this.model.get("busy") || this.waiting.size > 0;
    this.scroll.setAttribute("aria-busy", busy);
    this.root.classList.toggle("wn-cal-busy", busy);
  }

  // ---- drawing

  draw() {
    this.anew = false;
    if (!this.scroll.clientWidth) return;
    const names = ["groups", "days", "posts", "tray", "view", "month_group", "shown"];
    this.plan = arrange(Object.fromEntries(names.map((name) => [name, this.model.get(name)])), this.waiting, this.opened);
    this.byId = new Map([...this.plan.posts, ...this.plan.tray].map((one) => [one.id, one]));
    if (this.held && !this.byId.has(this.held.id)) this.giveUp();
    const focus = document.activeElement;
    const inGrid = this.scroll.contains(focus);
    const inTray = this.trayScroll.contains(focus);
    this.measure();
    if (this.changed("legend")) this.legend.replaceChildren(legendLine(this.model.get("legend")));
    this.drawHead();
    this.body.style.height = `${this.plan.total}px`;
    this.body.style.width = this.head.style.width;
    this.findSpot();
    this.paint(true, inGrid);
    this.drawTray();
    if (inGrid) this.spotElement()?.focus({ preventScroll: true });
    if (inTray) (this.trayElement() ?? this.spotElement())?.focus({ preventScroll: true });
    this.showAim();
    this.showBusy();
  }

  measure() {
    const room = this.scroll.clientWidth;
    const small = room < 760;
    this.first = this.plan.month ? 0 : small ? 104 : 152;
    const least = this.plan.month ? (small ? 84 : 104) : small ? 112 : 132;
    this.wide = Math.max(least, Math.floor((room - this.first) / Math.max(1, this.plan.columns)));
    this.root.classList.toggle("wn-cal-narrow", this.narrow());
    this.scroll.style.maxHeight = `${this.model.get("height")}px`;
    this.head.style.width = `${this.first + this.wide * this.plan.columns}px`;
    this.root.style.setProperty("--wn-cal-first", `${this.first}px`);
    this.root.style.setProperty("--wn-cal-wide", `${this.wide}px`);
  }

  /** Whether a value is another than when this was asked for it the last time. */
  changed(...names) {
    const before = names.map((name) => this.drawnOf.get(name));
    for (const name of names) this.drawnOf.set(name, this.model.get(name));
    return names.some((name, number) => before[number] !== this.model.get(name));
  }

  narrow() {
    return this.wide < 100;
  }

  drawHead() {
    const { month, columns, rows } = this.plan;
    this.scroll.setAttribute("aria-label", brief(this.model.get("label")));
    this.scroll.setAttribute("aria-rowcount", rows.length + 1);
    this.scroll.setAttribute("aria-colcount", month ? columns : columns + 1);
    if (!this.changed("days", "view")) return;
    if (!month) {
      const corner = make("div", "wn-cal-corner", "群");
      corner.setAttribute("role", "columnheader");
      corner.setAttribute("aria-colindex", 1);
      this.head.replaceChildren(corner, ...this.model.get("days").map(dayHead));
      return;
    }
    const names = Array.from(WEEK, (name, column) => {
      const head = make("div", "wn-cal-day", `周${name}`);
      head.setAttribute("role", "columnheader");
      head.setAttribute("aria-colindex", column + 1);
      return head;
    });
    this.head.replaceChildren(...names);
  }

  /** Put the cells near the scroll position on the page and take the others off; `anew` builds all of them again. */
  paint(anew = false, focused = this.body.contains(document.activeElement)) {
    const { rows, columns } = this.plan;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.scroll;
    const from = Math.max(0, rowAt(rows, scrollTop) - 2);
    const to = Math.min(rows.length - 1, rowAt(rows, scrollTop + clientHeight) + 2);
    const start = Math.max(0, Math.floor(scrollLeft / this.wide) - 2);
    const end = Math.min(columns, Math.ceil((scrollLeft + clientWidth) / this.wide) + 2);
    const stays = (row) => (row >= from && row <= to) || (focused && row === this.spot.row && rows[row]);
    if (anew) {
      this.lines.clear();
      this.body.replaceChildren(this.aim);
    }
    for (const [row, line] of this.lines) {
      if (stays(row)) continue;
      line.remove();
      this.lines.delete(row);
    }
    for (const row of focused && rows.length ? [this.spot.row, ...range(from, to)] : range(from, to)) {
      if (this.lines.has(row)) continue;
      this.lines.set(row, this.line(row));
      this.body.append(this.lines.get(row));
    }
    for (const [row, line] of this.lines) this.fill(row, line, start, end);
    const spot = this.spotElement();
    if (spot) spot.tabIndex = 0;
    else this.firstSeen();
  }

  line(number) {
    const row = this.plan.rows[number];
    const line = make("div", "wn-cal-row");
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", number + 2);
    line.style.top = `${row.top}px`;
    line.style.height = `${row.high}px`;
    if (row.group) line.append(groupHead(row.group));
    return line;
  }

  /** Give a row the cells of the columns from start to end, and no others but that of the spot. */
  fill(number, line, start, end) {
    const have = new Set();
    for (const element of [...line.children]) {
      const column = Number(element.dataset.column ?? -1);
      const spot = number === this.spot.row && column === this.spot.column;
      if (column < 0 || spot || (column >= start && column < end)) have.add(column);
      else element.remove();
    }
    const { cells } = this.plan.rows[number];
    for (let column = start; column < end; column += 1) {
      if (!have.has(column)) line.append(this.cell(cells[column], column));
    }
    const { row, column } = this.spot;
    if (number === row && !have.has(column) && (column < start || column >= end) && cells[column]) {
      line.append(this.cell(cells[column], column));
    }
  }

  cell(cell, column) {
    const element = make("div", "wn-cal-cell");
    element.setAttribute("role", "gridcell");
    element.setAttribute("aria-colindex", column + (this.plan.month ? 1 : 2));
    element.style.left = `${this.first + column * this.wide}px`;
    element.dataset.column = column;
    if (!cell) {
      element.classList.add("wn-cal-outside");
      element.setAttribute("aria-label", "不在排期里");
      return element;
    }
    element.tabIndex = -1;
    element.dataset.cell = cell.key;
    element.className += dayClass(cell.day);
    const group = this.plan.groups.get(cell.group);
    if (!cell.all.length) {
      element.setAttribute("aria-label", [brief(group?.name, 24), dayWords(cell.day), "没有发布"].filter(Boolean).join("，"));
    }
    if (this.plan.month) {
      const date = make("span", "wn-cal-date");
      // where there is little room the month is said once a month
      const first = !this.narrow() || /-01$/.test(cell.day.date) || cell.day === this.model.get("days")[0];
      const label = first ? cell.day.label : cell.day.label.replace(/^.*月/, "");
      date.append(make("b", "", label), tagLine(cell.day, this.narrow() ? 1 : 3));
      date.title = dayWords(cell.day);
      element.append(date);
    }
    element.append(...cell.posts.map((post) => this.chip(post, cell.day)));
    if (cell.over) element.append(moreChip(cell, this.opened.has(cell.key)));
    this.markCell(element, cell);
    return element;
  }

  chip(post, day) {
    const long = this.model.get("colour_by") === "phase" ? post.phase_word : post.kind_word;
    const word = this.narrow() ? points(long ?? "").slice(0, 1).join("") : long;
    const named = this.plan.month && !this.model.get("month_group") && !this.narrow();
    const chip = postChip(post, this.plan.groups.get(post.group), day, { word, named, selected: this.model.get("selected") });
    if (post.id === this.held?.id) chip.classList.add("wn-cal-held");
    return chip;
  }

  markCell(element, cell) {
    const group = cell.group || this.held?.entry.group;
    const { mark, text } = cellMark(this.held?.places?.get(`${group}|${cell.day.date}`), this.held?.time);
    if (!mark) return;
    element.classList.add(`wn-cal-${mark}`);
    const told = make("span", `wn-cal-mark ${mark === "ok" ? "wn-pass" : "wn-block"}`, text);
    told.setAttribute("aria-hidden", "true");
    element.append(told);
  }

  drawTray() {
    const { tray } = this.plan;
    this.trayHead.textContent = tray.length ? `未排入 ${tray.length} 条` : "未排入";
    this.trayList.replaceChildren();
    this.trayList.style.height = `${tray.length * TRAY_HIGH}px`;
    for (const name of ["role", "aria-label"]) this.trayList.removeAttribute(name);
    if (!tray.length) {
      this.trayList.style.height = "auto";
      this.trayList.append(make("p", "wn-muted", "都排进去了。把一次发布拖到这里，就拿出排期。"));
      return;
    }
    this.trayList.setAttribute("role", "listbox");
    this.trayList.setAttribute("aria-label", "未排入的条目");
    if (!tray.some((entry) => entry.id === this.traySpot)) this.traySpot = tray[0].id;
    this.paintTray();
  }

  paintTray() {
    const { tray, groups } = this.plan;
    if (!tray.length) return;
    const from = Math.floor(this.trayScroll.scrollTop / TRAY_HIGH) - 2;
    const to = from + Math.ceil(this.trayScroll.clientHeight / TRAY_HIGH) + 4;
    const words = new Map(this.model.get("legend").map((one) => [one.colour, one.word]));
    const back = this.trayList.contains(document.activeElement);
    this.trayList.replaceChildren(...tray.flatMap((entry, number) => {
      if ((number < from || number > to) && entry.id !== this.traySpot) return [];
      const word = entry.kind_word ?? words.get(entry.colour) ?? "";
      const one = trayEntry(entry, number, tray.length, groups.get(entry.group), { word, selected: this.model.get("selected") });
      if (entry.id === this.traySpot) one.tabIndex = 0;
      if (entry.id === this.held?.id) one.classList.add("wn-cal-held");
      return [one];
    }));
    if (back) this.trayElement()?.focus({ preventScroll: true });
  }

  trayElement() {
    return this.trayList.querySelector(`[data-id="${CSS.escape(this.traySpot)}"]`);
  }
}
