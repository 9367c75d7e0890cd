// A table: sorted by a click on a head, one row chosen at a time by arrows or a click, several by their boxes.
const BY = {
  number: (a, b) => (a ?? -Infinity) - (b ?? -Infinity),
  text: (a, b) => String(a ?? "").localeCompare(String(b ?? ""), "zh-Hans-CN"),
};

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
    const sorted = () => {
      const [name, down] = model.get("sort");
      const column = model.get("columns").find((one) => one.name === name);
      if (!column) return model.get("rows");
      const rank = (row) => row[`${name}:order`] ?? row[name];
      const compare = BY[column.kind === "number" ? "number" : typeof rank(model.get("rows")[0] ?? {}) === "number" ? "number" : "text"];
      const rows = [...model.get("rows")].sort((a, b) => compare(rank(a), rank(b)));
      return down ? rows.reverse() : rows;
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
        model.set("sort", [column.name, name === column.name ? !down : column.kind === "number"]);
        model.save_changes();
      });
      cell.append(button);
      return cell;
    };
    const cell = (column, row) => {
      const one = document.createElement("td");
      one.className = `wn-${column.kind}`;
      const value = row[column.name];
      if (column.kind === "note") {
        const field = document.createElement("input");
        field.value = value ?? "";
        field.placeholder = column.placeholder ?? "";
        field.dataset.key = `note-${row.key}`;
        field.setAttribute("aria-label", `${column.caption}：${row.name ?? row.key}`);
        field.addEventListener("change", () => send("note", { key: row.key, value: field.value }));
        field.addEventListener("keydown", (event) => event.stopPropagation());
        one.append(field);
      } else if (column.kind === "star") {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.key = `star-${row.key}`;
        button.textContent = value ? "★" : "☆";
        button.setAttribute("aria-pressed", Boolean(value));
        button.setAttribute("aria-label", `${column.caption}：${row.name ?? row.key}`);
        button.addEventListener("click", (event) => {
          event.stopPropagation();
          send("star", { key: row.key, value: !value });
        });
        one.append(button);
      } else if (column.kind === "spark") {
        one.append(sparkline(value ?? [], `${row.name ?? row.key}：${(value ?? []).join("、")}`));
      } else if (value !== null && typeof value === "object") {
        one.append(build(value, (event, node) => send(event, { key: row.key, value: node.value ?? null })));
      } else {
        one.textContent = value ?? "";
        if (String(value ?? "").length > 30) one.title = value;
      }
      return one;
    };
    const line = (row) => {
      const tr = document.createElement("tr");
      const on = row.key === model.get("selected");
      tr.dataset.key = row.key;
      tr.className = on ? "wn-on" : "";
      tr.tabIndex = on || (!model.get("selected") && row === shown[0]) ? 0 : -1;
      tr.setAttribute("aria-selected", on);
      if (model.get("choice")) {
        const td = document.createElement("td");
        td.className = "wn-choice";
        const box = document.createElement("input");
        box.type = "checkbox";
        box.dataset.key = `choice-${row.key}`;
        box.checked = model.get("chosen").includes(row.key);
        box.setAttribute("aria-label", `${model.get("choice")}：${row.name ?? row.key}`);
        box.addEventListener("click", (event) => event.stopPropagation());
        box.addEventListener("change", () => tick(row.key, box.checked));
        td.append(box);
        tr.append(td);
      }
      tr.append(...model.get("columns").map((column) => cell(column, row)));
      tr.addEventListener("click", () => choose(row.key));
      return tr;
    };
    let shown = [];
    const show = () => {
      shown = sorted();
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
      refill(table, [top, body]);
    };
    table.addEventListener("keydown", (event) => {
      const keys = ["ArrowDown", "ArrowUp", "Home", "End", "Enter", " "];
      event.stopPropagation();
      if (!keys.includes(event.key) || event.target.tagName !== "TR") return;
      event.preventDefault();
      const at = shown.findIndex((row) => row.key === event.target.dataset.key);
      if (event.key === " " && model.get("choice")) {
        tick(shown[at].key, !model.get("chosen").includes(shown[at].key));
        return;
      }
      if (event.key === "Enter" || event.key === " ") {
        send("open", { key: shown[at].key });
        return;
      }
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
      const next = shown[Math.max(0, Math.min(shown.length - 1, to))];
      if (!next) return;
      // the row that gets the focus must be there before the table is drawn anew
      table.querySelector(`tr[data-key="${CSS.escape(next.key)}"]`)?.focus();
      choose(next.key);
    });
    const names = ["columns", "rows", "selected", "chosen", "sort", "empty", "label", "choice"];
    const events = names.map((name) => `change:${name}`).join(" ");
    model.on(events, show);
    show();
    return () => model.off(events, show);
  },
};
