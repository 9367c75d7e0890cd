// How a post is looked at, taken up, aimed and put down: by mouse, finger or keys. What it comes to is Python's to say.

const EDGE = 44; // so near the edge a drag scrolls
const WAITING = "正在重新排。";
const HOLD_STILL = 300; // milliseconds until a finger takes up instead of scrolling
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const STRIP = { high: 24, wide: 44, above: 34 };

class Board extends Drawn {
  // ---- the spot: where the keys are

  /** What can have the focus in a cell: its posts, and the button for more. */
  stops(row, column) {
    const cell = this.plan.rows[row]?.cells[column];
    return cell ? [...cell.posts.map((post) => post.id), ...(cell.over ? [`more ${cell.key}`] : [])] : [];
  }

  spotElement() {
    const cell = this.cellElement(this.spot.row, this.spot.column);
    const stops = cell ? [...cell.querySelectorAll("[data-id], [data-more]")] : [];
    return stops[Math.min(this.spot.number, stops.length - 1)] ?? cell;
  }

  cellElement(row, column) {
    return this.lines.get(row)?.querySelector(`[data-column="${column}"]`) ?? null;
  }

  /** After a change the keys stay with their post, wherever it stands now, or with their cell. */
  findSpot() {
    const found = this.spot.id && findPost(this.plan, this.spot.id);
    if (found) Object.assign(this.spot, found);
    const { rows, columns } = this.plan;
    this.spot.row = Math.max(0, Math.min(this.spot.row, rows.length - 1));
    this.spot.column = Math.max(0, Math.min(this.spot.column, columns - 1));
    const cells = rows[this.spot.row]?.cells ?? [];
    if (cells.length && !cells[this.spot.column]) this.spot.column = cells.findIndex(Boolean);
  }

  /** Where the spot has been scrolled away, Tab comes in at what is seen. */
  firstSeen() {
    const row = rowAt(this.plan.rows, this.scroll.scrollTop);
    const column = Math.floor(this.scroll.scrollLeft / this.wide);
    const cells = this.plan.rows[row]?.cells ?? [];
    const at = cells[column] ? column : cells.findIndex(Boolean);
    if (at < 0) return;
    this.spot = { row, column: at, number: 0, id: this.stops(row, at)[0] ?? "" };
    const element = this.spotElement();
    if (element) element.tabIndex = 0;
  }

  goTo(row, column, number = 0) {
    if (!this.plan.rows[row]?.cells[column]) return;
    const stops = this.stops(row, column);
    const at = Math.max(0, Math.min(number, stops.length - 1));
    this.spotElement()?.setAttribute("tabindex", -1);
    this.spot = { row, column, number: at, id: stops[at] ?? "" };
    this.reveal(row, column);
    this.paint(false, true);
    this.spotElement()?.focus({ preventScroll: true });
  }

  /** Scroll so far that a cell is seen whole, below the head and beside the first column. */
  reveal(row, column) {
    const { top, high } = this.plan.rows[row];
    const [roomHigh, roomWide] = [this.scroll.clientHeight - this.head.offsetHeight, this.scroll.clientWidth - this.first];
    const left = column * this.wide;
    const { scrollTop, scrollLeft } = this.scroll;
    if (top < scrollTop || high > roomHigh) this.scroll.scrollTop = top;
    else if (top + high > scrollTop + roomHigh) this.scroll.scrollTop = top + high - roomHigh;
    if (left < scrollLeft) this.scroll.scrollLeft = left;
    else if (left + this.wide > scrollLeft + roomWide) this.scroll.scrollLeft = left + this.wide - roomWide;
  }

  focused(target) {
    const stop = target.closest?.("[data-id], [data-more], [data-column]");
    if (!stop) return;
    if (this.trayList.contains(stop)) {
      this.trayElement()?.setAttribute("tabindex", -1);
      this.traySpot = stop.dataset.id;
      stop.tabIndex = 0;
      return;
    }
    const cell = stop.closest("[data-column]");
    const row = [...this.lines].find(([, line]) => line.contains(cell))?.[0];
    if (row === undefined) return;
    this.spotElement()?.setAttribute("tabindex", -1);
    const number = Math.max(0, [...cell.querySelectorAll("[data-id], [data-more]")].indexOf(stop));
    this.spot = { row, column: Number(cell.dataset.column), number, id: stop.dataset.id ?? "" };
    stop.tabIndex = 0;
  }

  left(to) {
    if (this.held && !this.held.dragged && to && !this.root.contains(to)) this.giveUp();
  }

  // ---- keys

  key(event) {
    if (event.altKey || event.metaKey || !this.plan) return;
    const done = this.held ? this.keyHeld(event) : this.trayList.contains(event.target) ? this.keyTray(event) : this.keyGrid(event);
    // letters alone would cut or add cells in the notebook; Ctrl+S and the like are the notebook's
    if (done || !event.ctrlKey) event.stopPropagation();
    if (done) event.preventDefault();
  }

  keyGrid(event) {
    const { row, column, number } = this.spot;
    const id = event.target.dataset.id;
    if (event.target.dataset.more && (event.key === "Enter" || event.key === " ")) return this.more(event.target.dataset.more);
    if (id && this.keyPost(event, id)) return true;
    const last = this.plan.columns - 1;
    const page = Math.max(1, rowAt(this.plan.rows, this.scroll.scrollTop + this.scroll.clientHeight - this.head.offsetHeight) - rowAt(this.plan.rows, this.scroll.scrollTop));
    const end = this.plan.rows.length - 1;
    if (event.key === "ArrowDown" && number < this.stops(row, column).length - 1) this.goTo(row, column, number + 1);
    else if (event.key === "ArrowUp" && number > 0) this.goTo(row, column, number - 1);
    else if (event.key === "ArrowUp") this.goTo(row - 1, column, Infinity);
    else if (event.key === "ArrowDown") this.goTo(row + 1, column);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.goAside(event.key === "ArrowLeft" ? -1 : 1, event.ctrlKey);
    else if (event.key === "Home") this.goTo(event.ctrlKey ? 0 : row, this.plan.rows[event.ctrlKey ? 0 : row].cells.findIndex(Boolean));
    else if (event.key === "End") this.goTo(event.ctrlKey ? end : row, this.plan.rows[event.ctrlKey ? end : row].cells.findLastIndex(Boolean));
    else if (event.key === "PageDown") this.goTo(Math.min(end, row + page), Math.min(column, last));
    else if (event.key === "PageUp") this.goTo(Math.max(0, row - page), Math.min(column, last));
    else return false;
    return true;
  }

  /** A day on or back, in the month also over the week's end; with Ctrl to the next day that has a post. */
  goAside(by, toPost) {
    let { row, column } = this.spot;
    do {
      column += by;
      if (this.plan.month && (column < 0 || column > 6)) {
        row += by;
        column = by > 0 ? 0 : 6;
      }
    } while (toPost && this.plan.rows[row]?.cells[column] && !this.stops(row, column).length);
    this.goTo(row, column);
  }

  /** Keys on a post that is not held. */
  keyPost(event, id) {
    if (event.key === "Enter" && event.shiftKey) this.open(id);
    else if (event.key === "Enter" || event.key === " ") this.takeUp(id);
    else if (event.key === "i") this.select(id);
    else if (event.key === "Delete" || event.key === "Backspace") this.takeOut(id);
    else if ((event.key === "[" || event.key === "]") && this.takeUp(id)) this.nextTime(event.key === "]" ? 1 : -1);
    else return false;
    return true;
  }

  keyTray(event) {
    const { tray } = this.plan;
    const at = tray.findIndex((entry) => entry.id === this.traySpot);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: tray.length - 1 }[event.key];
    if (to === undefined) return ["Enter", " ", "i"].includes(event.key) && this.keyPost(event, this.traySpot);
    const next = Math.max(0, Math.min(tray.length - 1, to));
    this.traySpot = tray[next].id;
    const { scrollTop, clientHeight } = this.trayScroll;
    if (next * TRAY_HIGH < scrollTop) this.trayScroll.scrollTop = next * TRAY_HIGH;
    else if ((next + 1) * TRAY_HIGH > scrollTop + clientHeight) this.trayScroll.scrollTop = (next + 1) * TRAY_HIGH - clientHeight;
    this.paintTray();
    this.trayElement()?.focus({ preventScroll: true });
    return true;
  }

  keyHeld(event) {
    if (this.held.dragged) return true;
    if (event.key === "Escape") this.giveUp();
    else if (event.key === "Enter" || event.key === " ") this.putDown();
    else if (event.key === "Delete" || event.key === "Backspace") this.putDown({ tray: true });
    else if (event.key === "[" || event.key === "]") this.nextTime(event.key === "]" ? 1 : -1);
    else if (ARROWS[event.key]) this.aimBy(...ARROWS[event.key]);
    else return event.key !== "Tab";
    return true;
  }

  aimBy(down, aside) {
    const { target } = this.held;
    let [row, column] = [target.row + down, target.column + aside];
    if (this.plan.month && (column < 0 || column > 6)) [row, column] = [row + aside, column < 0 ? 6 : 0];
    if (!this.plan.rows[row]?.cells[column]) return this.say("到头了。");
    this.aimAt({ row, column, time: this.times(row, column).includes(target.time) ? target.time : null });
    this.reveal(row, column);
    return this.say(this.aimWords());
  }

  nextTime(by) {
    const { target } = this.held;
    const times = this.times(target.row, target.column);
    const at = times.indexOf(this.timeAt(target));
    const next = times[Math.max(0, Math.min(times.length - 1, at + by))];
    if (next) this.aimAt({ ...target, time: next });
    this.say(this.aimWords());
  }

  // ---- looking and asking

  click(event) {
    const more = event.target.closest("[data-more]");
    if (more) this.more(more.dataset.more);
    const chip = event.target.closest("[data-id]");
    if (chip && !this.held) this.select(chip.dataset.id);
  }

  open(id) {
    if (id) this.send("open", { id });
  }

  select(id) {
    if (this.model.get("selected") !== id) {
      this.choosing = true;
      this.model.set("selected", id);
      this.model.save_changes();
      this.choosing = false;
    }
    this.send("select", { id });
  }

  /** What was chosen elsewhere is shown; the focus stays where it is. */
  selectedElsewhere() {
    const found = this.plan && !this.choosing && findPost(this.plan, this.model.get("selected"));
    if (found) this.reveal(found.row, found.column);
    this.soon("draw");
  }

  more(key) {
    if (!this.opened.delete(key)) this.opened.add(key);
    this.draw();
    return true;
  }

  takeOut(id) {
    this.ask("takeout", { id }, { gone: true });
  }

  /** Ask for a change, and show it at once as if it were granted. */
  ask(event, value, move) {
    const turn = this.send(event, value);
    this.waiting.set(value.id, { ...move, turn });
    if (event !== "takeout") this.spot.id = value.id;
    this.say(WAITING);
    this.draw();
  }

  /** An answer has come: what waited for it stands now as Python says. */
  settle() {
    const [me, turn] = String(this.model.get("answered")).split("-");
    if (me !== this.me) return;
    for (const [id, move] of this.waiting) {
      if (move.turn > Number(turn)) continue;
      this.waiting.delete(id);
      this.follow(id);
    }
    if (this.held?.turn <= Number(turn)) this.held.places = placesByCell(this.model.get("places"));
    if (this.status.textContent === WAITING) this.say(this.model.get("told"));
    this.soon("draw");
  }

  /** What came out of the tray has another id now: the keys go with it. */
  follow(id) {
    const was = this.byId?.get(id);
    const posts = this.model.get("posts");
    if (!was || this.spot.id !== id || posts.some((post) => post.id === id)) return;
    this.spot.id = posts.find((post) => post.item === was.item && post.group === was.group)?.id ?? "";
  }

  // ---- holding

  /** Take up a post or an entry of the tray; false where it cannot be. */
  takeUp(id, pointer = null) {
    const entry = this.byId.get(id);
    if (!entry) return false;
    if (entry.waits) {
      this.say("上一步还在算，请等一下。");
      return false;
    }
    if (entry.status === "sent" || entry.changed === "removed") {
      this.say(entry.status === "sent" ? "已发的不能改。" : "这一条已经拿出来了。");
      return false;
    }
    const inTray = this.plan.tray.includes(entry);
    const home = inTray ? null : findPost(this.plan, id);
    const column = Math.min(this.plan.columns - 1, Math.ceil(this.scroll.scrollLeft / this.wide));
    const row = Math.max(0, this.plan.month ? 0 : this.plan.rows.findIndex((one) => one.group.id === entry.group));
    this.held = { id, entry, inTray, pointer, dragged: pointer !== null, home, time: inTray ? "" : timeOf(entry.at), places: null, target: null };
    if (this.model.get("selected") !== id) this.select(id);
    this.held.turn = this.send("pick", { id });
    this.root.classList.add("wn-cal-holding");
    if (!this.held.dragged) {
      const start = this.plan.rows[row].cells[column] ? column : this.plan.rows[row].cells.findIndex(Boolean);
      this.aimAt(home ? { row: home.row, column: home.column, time: null } : { row, column: start, time: null });
      this.reveal(this.held.target.row, this.held.target.column);
    }
    this.draw();
    this.say(`已拿起「${brief(entry.title, 20)}」。${this.held.dragged ? "拖到别的日期、时段或群。" : "方向键移动，回车放下，Esc 放弃。"}`);
    return true;
  }

  groupAt(target) {
    const { group } = this.plan.rows[target.row];
    return group ?? this.plan.groups.get(this.held.entry.group);
  }

  times(row, column) {
    return this.plan.rows[row]?.cells[column] ? timesFor(this.groupAt({ row }), this.held.time) : [];
  }

  placesAt(target) {
    const day = this.plan.rows[target.row].cells[target.column].day;
    return this.held.places?.get(`${this.groupAt(target)?.id}|${day.date}`) ?? [];
  }

  /** The time of day it would have there: the one aimed at, its own, else the best or first of the group's. */
  timeAt(target) {
    const best = () => this.placesAt(target).filter((place) => place.ok).sort((a, b) => parseFloat(b.change) - parseFloat(a.change))[0];
    if (target.time || this.held.time) return target.time ?? this.held.time;
    return best() ? timeOf(best().at) : this.groupAt(target)?.slots?.[0] ?? "";
  }

  aimWords() {
    const { target } = this.held;
    if (!target) return "";
    if (target.tray) return this.held.inTray ? "放回未排入。" : "拿出排期。";
    const day = this.plan.rows[target.row].cells[target.column].day;
    const known = placeWords(this.placesAt(target), this.timeAt(target)).text;
    return `${brief(this.groupAt(target)?.name, 24)}，${day.label} ${day.weekday} ${this.timeAt(target)}${known ? `，${known}` : ""}`;
  }

  aimAt(target) {
    const same = JSON.stringify(target) === JSON.stringify(this.held.target);
    this.held.target = target;
    if (!same) this.showAim();
  }

  /** Frame the cell aimed at, with what putting down there would do and the times it could have. */
  showAim() {
    const target = this.held?.target;
    this.aim.hidden = !target || Boolean(target.tray);
    this.tray.classList.toggle("wn-cal-over", Boolean(target?.tray));
    if (this.ghostText) this.ghostText.textContent = target ? this.aimWords() : "放在格子里，或者放回去";
    if (this.aim.hidden) return;
    const row = this.plan.rows[target.row];
    const { mark, text } = placeWords(this.placesAt(target), this.timeAt(target));
    this.aim.className = `wn-cal-aim ${mark ? `wn-cal-${mark}` : ""}`;
    const place = { left: this.first + target.column * this.wide, top: row.top, width: this.wide, height: row.high };
    for (const [name, value] of Object.entries(place)) this.aim.style[name] = `${value}px`;
    const words = make("span", "wn-cal-aim-words");
    words.append(make("b", "", this.timeAt(target)), make("span", "", text));
    const strip = make("span", "wn-cal-strip");
    strip.append(...this.strip(target).map((time) => make("span", time === this.timeAt(target) ? "wn-on" : "", time)));
    this.aim.replaceChildren(words, strip);
  }

  /** The times that find room on the line at a cell's foot. */
  strip(target) {
    const across = Math.floor((this.wide - 4) / STRIP.wide);
    const lines = Math.floor((this.plan.rows[target.row].high - STRIP.above) / STRIP.high);
    const times = this.times(target.row, target.column).filter((time) => time !== this.held.time);
    return times.slice(0, Math.max(0, across * Math.min(lines, 2)));
  }

  release() {
    this.held = null;
    this.press = null;
    this.ghost?.remove();
    this.ghost = this.ghostText = null;
    this.root.classList.remove("wn-cal-holding");
    this.showAim();
  }

  giveUp() {
    clearTimeout(this.press?.timer);
    this.press = null;
    if (!this.held) return;
    this.release();
    this.draw();
    this.say("没有移动。");
  }

  putDown(target = this.held.target) {
    const { id, entry, inTray, home, time: own } = this.held;
    if (!target || (target.tray && inTray)) return this.giveUp();
    if (target.tray) {
      this.release();
      return this.takeOut(id);
    }
    const at = this.timeAt(target);
    const group = this.groupAt(target)?.id ?? "";
    const { date } = this.plan.rows[target.row].cells[target.column].day;
    if (home && group === entry.group && `${date} ${at}` === entry.at) return this.giveUp();
    this.release();
    this.ask(inTray ? "untray" : "drop", { id, group, date, time: at === own ? null : at || null }, { group, at: `${date} ${at}` });
    if (inTray) this.spotElement()?.focus({ preventScroll: true });
    return undefined;
  }

  // ---- mouse, pen and finger

  down(event) {
    const chip = event.target.closest("[data-id]");
    if (event.button !== 0 || !chip || this.held?.dragged) return;
    if (this.held) this.giveUp();
    const touch = event.pointerType === "touch";
    this.press = { id: chip.dataset.id, x: event.clientX, y: event.clientY, pointer: event.pointerId, touch };
    if (!touch) return;
    this.press.timer = setTimeout(() => this.press && this.dragFrom(this.press), HOLD_STILL);
    // a finger's moves go to what it first touched, also when that has been drawn anew: there they must not scroll
    event.target.addEventListener("touchmove", this.still, { passive: false });
  }

  move(event) {
    if (this.held?.dragged && this.held.pointer === event.pointerId) return this.dragTo(event.clientX, event.clientY);
    if (!this.press || event.pointerId !== this.press.pointer) return undefined;
    const gone = Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y);
    if (this.press.touch && gone > 8) return this.giveUp();
    if (this.press.touch || gone < 4) return undefined;
    this.dragFrom(this.press);
    return this.held && this.dragTo(event.clientX, event.clientY);
  }

  up(event) {
    clearTimeout(this.press?.timer);
    if (!this.held?.dragged || this.held.pointer !== event.pointerId) {
      this.press = null;
      return;
    }
    this.dragTo(event.clientX, event.clientY);
    this.putDown();
  }

  dragFrom({ id, x, y, pointer }) {
    this.press = null;
    if (!this.takeUp(id, pointer)) return;
    // on the root: the post's own element goes when its row is scrolled away
    this.root.setPointerCapture(pointer);
    this.ghost = make("div", "wn wn-cal-ghost");
    this.ghostText = make("span", "");
    this.ghost.append(make("bdi", "wn-cal-title", brief(this.held.entry.title, 24)), this.ghostText);
    document.body.append(this.ghost);
    this.dragTo(x, y);
    this.scrollAtEdge();
  }

  dragTo(x, y) {
    this.held.x = x;
    this.held.y = y;
    this.aimAt(this.targetAt(x, y));
    // above the pointer where there is room: the times of the cell aimed at are at its foot
    const up = y > 96 ? y - 14 - this.ghost.offsetHeight : y + 20;
    this.ghost.style.transform = `translate(${Math.min(x + 14, window.innerWidth - 248)}px, ${up}px)`;
  }

  /** What lies under the pointer: a cell with its time, the tray, or nothing. Over a head: that day or group. */
  targetAt(x, y) {
    const over = (element) => {
      const box = element.getBoundingClientRect();
      return x >= box.left && x < box.right && y >= box.top && y < box.bottom ? box : null;
    };
    if (over(this.tray)) return { tray: true };
    const outer = over(this.scroll);
    if (!outer) return null;
    const inner = this.body.getBoundingClientRect();
    const { home } = this.held;
    let column = Math.floor((x - inner.left - this.first) / this.wide);
    let row = rowAt(this.plan.rows, y - inner.top);
    if (x - outer.left < this.first) column = home?.column;
    if (y - outer.top < this.head.offsetHeight) row = home?.row;
    const line = this.plan.rows[row];
    if (!line?.cells[column] || y - inner.top > this.plan.total) return null;
    const times = this.strip({ row, column });
    const across = Math.max(1, Math.floor((this.wide - 4) / STRIP.wide));
    const foot = line.top + line.high - Math.ceil(times.length / across) * STRIP.high;
    const down = Math.floor((y - inner.top - foot) / STRIP.high);
    const aside = Math.floor((x - inner.left - this.first - column * this.wide) / STRIP.wide);
    const time = down < 0 || aside >= across ? null : times[down * across + aside] ?? null;
    return { row, column, time };
  }

  /** While something is dragged near an edge, scroll that way. */
  scrollAtEdge() {
    if (!this.held?.dragged) return;
    const box = this.scroll.getBoundingClientRect();
    const { x, y } = this.held;
    const pull = (at, low, high) => (at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0);
    if (!this.held.target?.tray && x > box.left - EDGE && x < box.right + EDGE && y > box.top - EDGE && y < box.bottom + EDGE) {
      const aside = pull(x, box.left + this.first, box.right) / 3;
      const down = pull(y, box.top + this.head.offsetHeight, box.bottom) / 3;
      if (aside || down) {
        this.scroll.scrollBy(aside, down);
        this.aimAt(this.targetAt(x, y));
      }
    }
    requestAnimationFrame(() => this.scrollAtEdge());
  }
}

export default {
  render({ model, el }) {
    const board = new Board(model, el);
    return () => board.close();
  },
};
