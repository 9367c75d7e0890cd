// The calendar's quiet side: what stands where, how tall it is, and the elements of a post, a day, a group.

const POST_HIGH = 42; // with the gap below it
const BROKEN_HIGH = 58;
const MORE_HIGH = 36;
const FOOT_HIGH = 22; // where a cell says what putting something there would do
const TRAY_HIGH = 48;
const TURNING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const STATUS_ICONS = { pinned: "M6 1h4l-.5 5L12 8.5v1H8.6V15H7.4V9.5H4v-1L6.5 6z", sent: "M2 8.5 6 12.5 14 3.5" };
const CHANGES = { moved: "移", added: "新", removed: "去" };
const CHANGE_WORDS = { moved: "改了时间", added: "新加入", removed: "要拿出" };
const WEEK = "一二三四五六日";

/** A text of others made short and without characters that turn the reading direction. */
function brief(text, most = 80) {
  const clean = String(text ?? "").slice(0, most * 2 + 2).replace(TURNING, " ");
  const cut = points(clean);
  return cut.length > most ? `${cut.slice(0, most).join("")}…` : clean;
}

const dateOf = (at) => at.slice(0, 10);
const timeOf = (at) => at.slice(11, 16);

/** A new element with a class and a text. */
function make(tag, css, text) {
  const element = document.createElement(tag);
  if (css) element.className = css;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Posts and tray as they would be when all that waits for an answer were granted. */
function standing(posts, tray, waiting) {
  if (!waiting.size) return { posts, tray };
  const by = new Map([...posts, ...tray].map((one) => [one.id, one]));
  const [placed, left] = [[], []];
  for (const post of posts) {
    const move = waiting.get(post.id);
    if (!move) placed.push(post);
    else if (move.gone) left.push({ ...post, reason: "正在拿出", waits: true });
    else placed.push({ ...post, group: move.group, at: move.at, waits: true });
  }
  for (const entry of tray) {
    const move = waiting.get(entry.id);
    if (!move) left.push(entry);
    else placed.push({ broken: [], ...by.get(entry.id), group: move.group, at: move.at, waits: true });
  }
  return { posts: placed, tray: left };
}

/** The weeks that days lie in, Monday first; null where a week has days outside. */
function weeksOf(days) {
  const weeks = [];
  for (const day of days) {
    const column = Math.max(0, WEEK.indexOf(String(day.weekday).slice(-1).replace("天", "日")));
    if (!weeks.length || column === 0) weeks.push(Array(7).fill(null));
    weeks[weeks.length - 1][column] = day;
  }
  return weeks;
}

/**
 * What stands where: rows of cells {key, group, day, all, posts, more}, their heights and tops.
 * A cell shows so many posts and says how many more there are; `opened` holds the keys of cells that show all.
 */
function arrange(state, waiting, opened) {
  const month = state.view === "month";
  const groups = new Map(state.groups.map((group) => [group.id, group]));
  const shown = state.shown ? new Set(state.shown) : null;
  const now = standing(state.posts, state.tray, waiting);
  const cells = new Map();
  for (const post of now.posts) {
    if (shown && !shown.has(post.id) && !post.waits) continue;
    if (month && state.month_group && post.group !== state.month_group) continue;
    const key = month ? dateOf(post.at) : `${post.group}|${dateOf(post.at)}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(post);
  }
  const most = month && !state.month_group ? 4 : 5;
  const cell = (group, day) => {
    const key = month ? day.date : `${group.id}|${day.date}`;
    const all = (cells.get(key) ?? []).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.group < b.group ? -1 : 1));
    const over = all.length > most + 1;
    return { key, group: group?.id ?? "", day, all, posts: over && !opened.has(key) ? all.slice(0, most) : all, over };
  };
  const rows = month
    ? weeksOf(state.days).map((week) => ({ cells: week.map((day) => day && cell(groups.get(state.month_group), day)) }))
    : state.groups.map((group) => ({ group, cells: state.days.map((day) => cell(group, day)) }));
  let top = 0;
  for (const row of rows) {
    row.top = top;
    row.high = Math.max(...row.cells.map((one) => (one ? cellHigh(one, month) : 0)), month ? 80 : 60);
    top += row.high;
  }
  return { month, rows, groups, total: top, columns: month ? 7 : state.days.length, tray: now.tray, posts: now.posts };
}

function cellHigh(cell, month) {
  const posts = cell.posts.reduce((sum, post) => sum + (post.broken?.length ? BROKEN_HIGH : POST_HIGH), 0);
  return posts + (cell.over ? MORE_HIGH : 0) + (month ? 28 : 0) + FOOT_HIGH;
}

const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, number) => from + number);

/** The number of the row that lies at a height, by halving. */
function rowAt(rows, height) {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle].top <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a post stands: {row, column, number} or null. */
function findPost(plan, id) {
  for (const [row, line] of plan.rows.entries()) {
    for (const [column, cell] of line.cells.entries()) {
      const number = cell ? cell.posts.findIndex((post) => post.id === id) : -1;
      if (number >= 0) return { row, column, number };
    }
  }
  return null;
}

/** The time of day of slots and of what is held, in order, each once. */
function timesFor(group, own) {
  return [...new Set([...(group?.slots ?? []), ...(own ? [own] : [])])].sort();
}

/** What a day is besides its date: rest, 调休, solemn, festivals. Words, each with its class. */
function dayTags(day) {
  const tags = [];
  if (day.workday) tags.push(["班", "wn-cal-work", "调休上班"]);
  else if (day.rest) tags.push(["休", "wn-cal-off", "休息日"]);
  if (day.solemn) tags.push(["庄重", "wn-cal-quiet", "庄重日"]);
  for (const name of day.names ?? []) tags.push([brief(name, 8), day.solemn ? "wn-cal-quiet" : "wn-cal-feast", brief(name)]);
  return tags;
}

function dayWords(day) {
  const tags = dayTags(day).map(([, , meaning]) => meaning);
  return [`${day.label} ${day.weekday}`, ...tags, brief(day.note, 60)].filter(Boolean).join("，");
}

function dayClass(day) {
  return (day.solemn ? " wn-cal-solemn" : "") + (day.rest && !day.workday ? " wn-cal-rest" : "");
}

function tagLine(day, most = 3) {
  const line = make("span", "wn-cal-tags");
  line.append(...dayTags(day).slice(0, most).map(([text, css]) => make("span", `wn-cal-tag ${css}`, text)));
  return line;
}

function dayHead(day, column) {
  const head = make("div", `wn-cal-day${dayClass(day)}`);
  head.setAttribute("role", "columnheader");
  head.setAttribute("aria-colindex", column + 2);
  head.setAttribute("aria-label", dayWords(day));
  head.title = dayWords(day);
  const first = make("span", "wn-cal-date");
  first.append(make("b", "", day.label), make("span", "wn-muted", day.weekday));
  head.append(first, tagLine(day));
  return head;
}

function groupHead(group) {
  const head = make("div", "wn-cal-group");
  head.setAttribute("role", "rowheader");
  head.setAttribute("aria-colindex", 1);
  const told = [
    group.members ? `${group.members} 人` : "",
    brief(group.segment, 8),
    brief(group.owner, 8),
  ].filter(Boolean);
  head.title = [brief(group.name), ...told, group.quiet?.length ? `免打扰 ${group.quiet.join("、")}` : ""].filter(Boolean).join("，");
  head.append(make("b", "", brief(group.name, 24)), make("small", "", told.join(" · ")));
  return head;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `wn-cal-icon wn-cal-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STATUS_ICONS[name]);
  svg.append(path);
  return svg;
}

/** A post in a sentence: "街坊群，9月22日 周二，20:00 促销「…」，已定". */
function postWords(post, group, day, most = 40) {
  const broken = (post.broken ?? []).map((one) => brief(one.name, 20));
  return [
    brief(group?.name ?? post.group, 24),
    day ? `${day.label} ${day.weekday}` : dateOf(post.at),
    `${timeOf(post.at)} ${brief(post.kind_word, 6)}「${brief(post.title, most)}」`,
    brief(post.phase_word, 6),
    brief(post.status_word, 6),
    CHANGE_WORDS[post.changed],
    broken.length ? `违反 ${broken.join("、")}` : "",
  ].filter(Boolean).join("，");
}

/** A post's element. `words` is by what it is coloured, `named` tells its group on it. */
function postChip(post, group, day, { word, named, selected }) {
  const chip = make("div", `wn-cal-post wn-cal-c${Math.abs(Math.trunc(post.colour ?? 7)) % 8}`);
  chip.setAttribute("role", "button");
  chip.tabIndex = -1;
  chip.dataset.id = post.id;
  chip.setAttribute("aria-label", postWords(post, group, day));
  chip.title = [postWords(post, group, day, 160), ...(post.broken ?? []).map((one) => brief(one.message, 80)), brief(post.why, 120)]
    .filter(Boolean).join("\n");
  if (post.broken?.length) chip.classList.add("wn-cal-broken");
  if (post.changed) chip.classList.add("wn-cal-changed", `wn-cal-${post.changed}`);
  if (post.status === "cancelled" || post.status === "missed") chip.classList.add("wn-cal-void");
  if (post.waits) chip.classList.add("wn-cal-waits");
  if (post.id === selected) {
    chip.classList.add("wn-cal-selected");
    chip.setAttribute("aria-current", "true");
  }
  const line = make("span", "wn-cal-line");
  line.append(make("b", "wn-cal-time", timeOf(post.at) || "…"), make("span", "wn-cal-word", brief(word, 6)));
  if (named) line.append(make("span", "wn-cal-named", brief(group?.name ?? post.group, 24)));
  if (CHANGES[post.changed]) line.append(make("span", "wn-cal-tag wn-cal-change", CHANGES[post.changed]));
  if (STATUS_ICONS[post.status]) line.append(icon(post.status));
  chip.append(line, make("bdi", "wn-cal-title", brief(post.title)));
  if (post.broken?.length) {
    const [first] = post.broken;
    const count = post.broken.length > 1 ? ` 等 ${post.broken.length} 条` : "";
    const hard = post.broken.some((one) => one.severity === "block" || one.severity === "hard");
    chip.append(make("span", `wn-cal-breach ${hard ? "wn-block" : "wn-warn"}`, `${hard ? "✕" : "!"} ${brief(first.name, 12)}${count}`));
  }
  return chip;
}

function moreChip(cell, opened) {
  const more = make("div", "wn-cal-more", opened ? "收起" : `还有 ${cell.all.length - cell.posts.length} 条`);
  more.setAttribute("role", "button");
  more.setAttribute("aria-expanded", opened);
  more.tabIndex = -1;
  more.dataset.more = cell.key;
  return more;
}

/** An entry of the tray: what it is, for whom, and the rule that kept it out. */
function trayEntry(entry, number, total, group, { word, selected }) {
  const one = make("div", `wn-cal-post wn-cal-kept wn-cal-c${Math.abs(Math.trunc(entry.colour ?? 7)) % 8}`);
  one.setAttribute("role", "option");
  one.setAttribute("aria-selected", entry.id === selected);
  one.setAttribute("aria-posinset", number + 1);
  one.setAttribute("aria-setsize", total);
  one.tabIndex = -1;
  one.dataset.id = entry.id;
  one.style.top = `${number * TRAY_HIGH}px`;
  const told = [brief(group?.name ?? entry.group, 24), brief(entry.reason || entry.rule, 60)].filter(Boolean);
  one.title = [brief(entry.title, 160), ...told].join("\n");
  one.setAttribute("aria-label", `未排入：${brief(entry.title, 40)}，${told.join("，")}`);
  if (entry.waits) one.classList.add("wn-cal-waits");
  if (entry.id === selected) one.classList.add("wn-cal-selected");
  const line = make("span", "wn-cal-line");
  line.append(make("span", "wn-cal-word", brief(word, 6)), make("bdi", "wn-cal-title", brief(entry.title)));
  one.append(line, make("span", "wn-cal-reason", told.join("：")));
  return one;
}

/** The colours' meaning in words. */
function legendLine(legend) {
  const line = make("ul", "wn-cal-legend");
  for (const one of legend) {
    const entry = make("li", "");
    entry.append(make("span", `wn-cal-swatch wn-cal-c${Math.abs(Math.trunc(one.colour ?? 7)) % 8}`, brief(one.mark, 2)), make("span", "", brief(one.word, 8)));
    line.append(entry);
  }
  return line;
}

/** Places by cell: a map from "group|date" to its places. */
function placesByCell(places) {
  const by = new Map();
  for (const place of places) {
    const key = `${place.group}|${dateOf(place.at)}`;
    if (!by.has(key)) by.set(key, []);
    by.get(key).push(place);
  }
  return by;
}

/** What is known of putting something at a place, in words: {mark: "ok", "no" or "", text}. */
function placeWords(places, time) {
  const exact = places?.find((place) => timeOf(place.at) === time);
  if (exact?.ok) return { mark: "ok", text: `✓ 可以放 ${exact.change ?? ""}`.trim() };
  if (exact) return { mark: "no", text: `✕ ${brief(exact.name || exact.rule, 12)}` };
  return { mark: "", text: "" };
}

/** The short mark of a cell while something is held: its own time first, else the best that may be. */
function cellMark(places, time) {
  const exact = places?.find((place) => timeOf(place.at) === time);
  if (exact?.ok) return { mark: "ok", text: `✓ ${exact.change ?? ""}`.trim() };
  const other = places?.filter((place) => place.ok).sort((a, b) => parseFloat(b.change) - parseFloat(a.change))[0];
  if (other) return { mark: "ok", text: `✓ ${timeOf(other.at)} ${other.change ?? ""}`.trim() };
  const bar = exact ?? places?.[0];
  return bar ? { mark: "no", text: `✕ ${brief(bar.name || bar.rule, 8)}` } : { mark: "", text: "" };
}
