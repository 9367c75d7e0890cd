// A table: sorted by a click on a head, one row chosen at a time by arrows or a click, several by their boxes.
const missing = (value) => value === null || value === undefined || Number.isNaN(value);
const BY = {
  number: (a, b) => a - b,
  text: (a, b) => String(a).localeCompare(String(b), "zh-Hans-CN"),
};
// of these the most comes first at the first click
const FROM_MOST = new Set(["number", "star", "spark"]);

/** Rows in the order of a column; those without a value are last either way. */
function inOrder(rows, column, down) {
  const rank = (row) => {
    const value = row[`${column.name}:order`] ?? row[column.name];
    return typeof value === "boolean" ? Number(value) : value;
  };
  const known = rows.filter((row) => !missing(rank(row)));
  const numbers = known.every((row) => typeof rank(row) === "number");
  const compare = BY[numbers ? "number" : "text"];
  const sign = down ? -1 : 1;
  known.sort((a, b) => sign * compare(rank(a), rank(b)));
  return [...known, ...rows.filter((row) => missing(rank(row)))];
}

/** A field, box or button inside a row; only those of the row that is looked at are stops of the Tab key. */
function control(tag, key, label, type) {
  const one = document.createElement(tag);
  if (type) one.type = type;
  one.dataset.key = key;
  one.setAttribute("aria-label", label);
  return one;
}

function noteField(column, row, send) {
  const field = control("input", `note-${row.key}`, `${column.caption}：${row.name ?? row.key}`, "text");
  field.value = row[column.name] ?? "";
  field.placeholder = column.placeholder ?? "";
  field.addEventListener("change", () => send("note", { key: row.key, value: field.value }));
  field.addEventListener("click", (event) => event.stopPropagation());
  field.addEventListener("dblclick", (event) => event.stopPropagation());
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !event.isComposing) field.closest("tr").focus();
  });
  return field;
}

function starButton(column, row, send) {
  const button = control("button", `star-${row.key}`, `${column.caption}：${row.name ?? row.key}`, "button");
  const value = Boolean(row[column.name]);
  button.textContent = value ? "★" : "☆";
  button.setAttribute("aria-pressed", value);
  button.addEventListener("dblclick", (event) => event.stopPropagation());
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    send("star", { key: row.key, value: !value });
  });
  return button;
}

/** What stands in one cell. */
function cellOf(column, row, send) {
  const one = document.createElement("td");
  one.className = `wn-${column.kind}`;
  const value = row[column.name];
  if (column.kind === "note") {
    one.append(noteField(column, row, send));
  } else if (column.kind === "star") {
    one.append(starButton(column, row, send));
  } else if (column.kind === "spark") {
    one.append(sparkline(value ?? [], `${row.name ?? row.key}：${(value ?? []).join("、")}`));
  } else if (value !== null && typeof value === "object") {
    one.append(build(value, (event, node) => send(event, { key: row.key, value: node.value ?? null })));
  } else {
    // what others wrote keeps its reading direction to itself
    const text = document.createElement("bdi");
    text.textContent = value ?? "";
    one.append(text);
    if (String(value ?? "").length > 30) one.title = String(value).slice(0, 300);
  }
  return one;
}

export default {
  render({ model, el }) {
    const send = sender(model);
    el.classList.add("wn");
    const scroll = document.createElement("div");
    scroll.className = "wn-table-scroll";
    const table = document.createElement("table");
    table.className = "wn-table";
    scroll.append(table);
    el.append(scroll);
    let shown = [];

    const choose = (key) => {
      if (model.get("selected") === key) return;
      model.set("selected", key);
      model.save_changes();
      send("select", { key });
    };
    const tick = (key, on) => {
      const chosen = model.get("chosen").filter((one) => one !== key);
      model.set("chosen", on ? [...chosen, key] : chosen);
      model.save_changes();
    };
    const head = (column) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.className = `wn-${column.kind}`;
      const [name, down] = model.get("sort");
      if (column.fixed) {
        cell.textContent = column.caption;
        return cell;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.key = `head-${column.name}`;
      button.textContent = column.caption + (name === column.name ? (down ? " ↓" : " ↑") : "");
      if (column.hint) button.title = column.hint;
      cell.setAttribute("aria-sort", name === column.name ? (down ? "descending" : "ascending") : "none");
      button.addEventListener("click", () => {
        model.set("sort", [column.name, name === column.name ? !down : FROM_MOST.has(column.kind)]);
        model.save_changes();
      });
      cell.append(button);
      return cell;
    };
    const choiceBox = (row) => {
      const td = document.createElement("td");
      td.className = "wn-choice";
      const box = control("input", `choice-${row.key}`, `${model.get("choice")}：${row.name ?? row.key}`, "checkbox");
      box.addEventListener("click", (event) => event.stopPropagation());
      box.addEventListener("dblclick", (event) => event.stopPropagation());
      box.addEventListener("change", () => tick(row.key, box.checked));
      td.append(box);
      return td;
    };
    const line = (row) => {
      const tr = document.createElement("tr");
      tr.dataset.key = row.key;
      // at once: what takes the focus back over a redraw must be able to
      tr.tabIndex = -1;
      if (model.get("choice")) tr.append(choiceBox(row));
      tr.append(...model.get("columns").map((column) => cellOf(column, row, send)));
      tr.addEventListener("click", () => choose(row.key));
      tr.addEventListener("dblclick", () => send("open", { key: row.key }));
      return tr;
    };
    /** Which row is looked at and which are ticked; nothing is drawn anew, so that no half-written note is lost. */
    const mark = () => {
      const selected = model.get("selected");
      const chosen = new Set(model.get("chosen"));
      const there = shown.some((row) => row.key === selected);
      const stop = there ? selected : shown[0]?.key;
      for (const tr of table.querySelectorAll("tbody tr[data-key]")) {
        const { key } = tr.dataset;
        tr.className = key === selected ? "wn-on" : "";
        tr.setAttribute("aria-selected", key === selected);
        tr.tabIndex = key === stop ? 0 : -1;
        for (const one of tr.querySelectorAll("button, input, a, summary")) one.tabIndex = key === stop ? 0 : -1;
        const box = tr.querySelector(".wn-choice input");
        if (box) box.checked = chosen.has(key);
      }
    };
    const show = () => {
      const [name, down] = model.get("sort");
      const column = model.get("columns").find((one) => one.name === name);
      shown = column ? inOrder(model.get("rows"), column, down) : model.get("rows");
      table.setAttribute("aria-label", model.get("label"));
      table.setAttribute("role", "grid");
      const top = document.createElement("thead");
      const names = document.createElement("tr");
      if (model.get("choice")) {
        const th = document.createElement("th");
        th.scope = "col";
        th.className = "wn-choice";
        th.textContent = model.get("choice");
        names.append(th);
      }
      names.append(...model.get("columns").map(head));
      top.append(names);
      const body = document.createElement("tbody");
      body.append(...shown.map(line));
      if (!shown.length) {
        const empty = document.createElement("td");
        empty.className = "wn-empty";
        empty.colSpan = model.get("columns").length + 1;
        empty.textContent = model.get("empty");
        const tr = document.createElement("tr");
        tr.append(empty);
        body.append(tr);
      }
      const field = table.contains(document.activeElement) ? document.activeElement : null;
      const written = field?.closest("td.wn-note") ? [field.dataset.key, field.value, field.selectionEnd] : null;
      refill(table, [top, body]);
      mark();
      if (!written) return;
      const again = table.querySelector(`[data-key="${CSS.escape(written[0])}"]`);
      if (!again) return;
      again.value = written[1];
      again.setSelectionRange(written[2], written[2]);
    };
    const step = (key, at) => {
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[key];
      const next = shown[Math.max(0, Math.min(shown.length - 1, to))];
      table.querySelector(`tbody tr[data-key="${CSS.escape(next.key)}"]`)?.focus();
      choose(next.key);
    };
    const keys = {
      Enter: (row) => send("open", { key: row.key }),
      Delete: (row) => send("remove", { key: row.key }),
      " ": (row) => {
        if (model.get("choice")) tick(row.key, !model.get("chosen").includes(row.key));
        else send("open", { key: row.key });
      },
      s: (row) => {
        const column = model.get("columns").find((one) => one.kind === "star");
        if (column) send("star", { key: row.key, value: !row[column.name] });
      },
    };
    table.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.target.tagName !== "TR" || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = shown.findIndex((row) => row.key === event.target.dataset.key);
      if (at < 0) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (["ArrowDown", "ArrowUp", "Home", "End"].includes(key)) step(key, at);
      else if (keys[key]) keys[key](shown[at]);
      else return;
      event.preventDefault();
    });
    const drawn = ["columns", "rows", "sort", "empty", "label", "choice"].map((name) => `change:${name}`).join(" ");
    model.on(drawn, show);
    model.on("change:selected change:chosen", mark);
    show();
    return () => {
      model.off(drawn, show);
      model.off("change:selected change:chosen", mark);
    };
  },
};
