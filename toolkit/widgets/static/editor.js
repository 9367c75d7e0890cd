// A text field whose marked passages are underlined behind the text, each saying why when the pointer is on it.
const REST_MILLISECONDS = 450;
const TIP_WIDTH = 280;

/** How many UTF-16 units the first code points of a text take, and back. */
const unitsOf = (text, count) => points(text).slice(0, count).join("").length;
const pointsOf = (text, units) => points(text.slice(0, units)).length;

/** Where a text goes that others may have written: it keeps its own reading direction to itself. */
function markedText(text, marks) {
  const cut = points(text);
  const parts = [];
  let at = 0;
  for (const mark of marks) {
    if (mark.start < at || mark.end > cut.length) continue;
    parts.push(cut.slice(at, mark.start).join(""));
    const element = document.createElement("mark");
    element.className = `wn-mark wn-mark-${mark.severity}`;
    element.textContent = cut.slice(mark.start, mark.end).join("");
    element.dataset.tip = mark.tip;
    parts.push(element);
    at = mark.end;
  }
  // a last line that is empty has a height only with something in it
  return [...parts, cut.slice(at).join(""), "\u200b"];
}

/** The mark at the pointer's place: the marks lie below the text, so no event of theirs is ever heard. */
function markAt(back, event) {
  return [...back.querySelectorAll("mark")].find((one) =>
    [...one.getClientRects()].some(
      (place) =>
        event.clientX >= place.left && event.clientX <= place.right &&
        event.clientY >= place.top && event.clientY <= place.bottom,
    ),
  );
}

export default {
  render({ model, el }) {
    const send = sender(model);
    el.classList.add("wn");
    const label = document.createElement("label");
    label.className = "wn-label";
    const box = document.createElement("div");
    box.className = "wn-editor";
    const back = document.createElement("div");
    back.className = "wn-editor-marks";
    back.setAttribute("aria-hidden", "true");
    const area = document.createElement("textarea");
    area.spellcheck = false;
    const tip = document.createElement("div");
    tip.className = "wn-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    const id = `wn-${Math.random().toString(36).slice(2)}`;
    [area.id, label.htmlFor, tip.id] = [id, id, `${id}-tip`];
    box.append(back, area, tip);
    el.append(label, box);

    let composing = false;
    let resting = 0;
    const fit = () => {
      const scrolled = area.scrollTop;
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
      area.scrollTop = scrolled;
      back.style.height = `${area.offsetHeight}px`;
      // a scroll bar makes the lines shorter: those behind must break at the same places
      back.style.width = `${area.clientWidth + 2}px`;
      back.scrollTop = area.scrollTop;
    };
    const paint = () => {
      // marks of an older text would underline the wrong words
      const marks = model.get("value") === area.value ? model.get("marks") : [];
      back.replaceChildren(...markedText(area.value, marks));
      back.scrollTop = area.scrollTop;
    };
    const caret = () => pointsOf(area.value, area.selectionEnd);
    const rest = () => {
      clearTimeout(resting);
      resting = setTimeout(() => send("rest", { value: area.value }), REST_MILLISECONDS);
    };
    const keep = () => {
      model.set("value", area.value);
      model.set("caret", caret());
      model.save_changes();
      rest();
    };
    const typed = () => {
      if (!composing && model.get("enter") && area.value.includes("\n")) {
        const lines = area.value.split("\n").map((line) => line.trim()).filter(Boolean);
        // several lines in a field of one: home they go as lines; a single one only loses its line end
        area.value = lines.length > 1 ? "" : (lines[0] ?? "");
        if (lines.length > 1) send("lines", { value: lines });
      }
      fit();
      paint();
      if (!composing) keep();
    };
    area.addEventListener("input", typed);
    area.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const lines = text.split(/\r\n?|\n/).map((line) => line.trim()).filter(Boolean);
      if (!model.get("enter") || lines.length < 2) return;
      event.preventDefault();
      send("lines", { value: lines });
    });
    area.addEventListener("compositionstart", () => (composing = true));
    area.addEventListener("compositionend", () => {
      composing = false;
      typed();
    });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && (model.get("enter") || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        send("enter", { value: area.value });
      }
      // JupyterLab's own shortcuts must not fire while somebody types
      event.stopPropagation();
    });
    // what is put in from elsewhere goes where the caret was left
    area.addEventListener("blur", () => {
      tip.hidden = true;
      if (composing || model.get("value") !== area.value) return;
      model.set("caret", caret());
      model.save_changes();
    });
    area.addEventListener("scroll", () => (back.scrollTop = area.scrollTop));
    area.addEventListener("mousemove", (event) => {
      const mark = markAt(back, event);
      tip.hidden = !mark;
      if (!mark) return;
      tip.textContent = mark.dataset.tip;
      const [place, outer] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
      tip.style.left = `${Math.max(0, Math.min(place.left - outer.left, outer.width - TIP_WIDTH))}px`;
      tip.style.top = `${Math.min(place.bottom, outer.bottom) - outer.top + 4}px`;
    });
    area.addEventListener("mouseleave", () => (tip.hidden = true));

    const point = () => {
      const at = model.get("caret");
      const units = at < 0 ? area.value.length : unitsOf(area.value, at);
      area.setSelectionRange(units, units);
    };
    const value = () => {
      // the answer to an earlier key must not overwrite what has been typed since
      if (area.value !== model.get("value") && !composing) {
        clearTimeout(resting);
        area.value = model.get("value");
        point();
      }
      fit();
      paint();
    };
    const moved = () => {
      if (!composing && area.value === model.get("value") && caret() !== model.get("caret")) point();
    };
    const look = () => {
      label.textContent = model.get("label");
      area.placeholder = model.get("placeholder");
      area.rows = model.get("rows");
      fit();
    };
    model.on("change:value", value);
    model.on("change:caret", moved);
    model.on("change:marks", paint);
    model.on("change:label change:placeholder change:rows", look);
    area.value = model.get("value");
    look();
    paint();
    // its height is known only once it is on the page; only its width changes how lines break
    let wide = 0;
    const seen = new ResizeObserver(() => {
      if (box.clientWidth === wide) return;
      wide = box.clientWidth;
      fit();
    });
    seen.observe(box);
    return () => {
      clearTimeout(resting);
      seen.disconnect();
      model.off("change:value", value);
      model.off("change:caret", moved);
      model.off("change:marks", paint);
      model.off("change:label change:placeholder change:rows", look);
    };
  },
};
