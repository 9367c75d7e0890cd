// A text field whose marked passages are underlined behind the text, each saying why when the pointer is on it.
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
    area.setAttribute("aria-describedby", tip.id);
    box.append(back, area, tip);
    el.append(label, box);

    let composing = false;
    const fit = () => {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
      back.style.height = area.style.height;
    };
    const paint = () => {
      const text = points(area.value);
      // marks of an older text would underline the wrong words
      const marks = model.get("value") === area.value ? model.get("marks") : [];
      const parts = [];
      let at = 0;
      for (const mark of marks) {
        if (mark.start < at || mark.end > text.length) continue;
        parts.push(text.slice(at, mark.start).join(""));
        const element = document.createElement("mark");
        element.className = `wn-mark wn-mark-${mark.severity}`;
        element.textContent = text.slice(mark.start, mark.end).join("");
        element.dataset.tip = mark.tip;
        parts.push(element);
        at = mark.end;
      }
      back.replaceChildren(...parts, text.slice(at).join(""), "\u200b");
    };
    const typed = () => {
      fit();
      paint();
      if (composing) return;
      if (!model.get("enter") || !area.value.includes("\n")) {
        model.set("value", area.value);
        model.save_changes();
        return;
      }
      // lines pasted into a field of one line: home they go as lines
      const lines = area.value.split("\n").map((line) => line.trim()).filter(Boolean);
      area.value = "";
      send("lines", { value: lines });
      model.set("value", "");
      model.save_changes();
      fit();
      paint();
    };
    area.addEventListener("input", typed);
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
    // the marks lie below the text, so the pointer's place is compared with theirs
    area.addEventListener("mousemove", (event) => {
      const mark = [...back.querySelectorAll("mark")].find((one) =>
        [...one.getClientRects()].some(
          (place) =>
            event.clientX >= place.left && event.clientX <= place.right &&
            event.clientY >= place.top && event.clientY <= place.bottom,
        ),
      );
      tip.hidden = !mark;
      if (!mark) return;
      tip.textContent = mark.dataset.tip;
      const [place, outer] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
      tip.style.left = `${Math.max(0, Math.min(place.left - outer.left, outer.width - 240))}px`;
      tip.style.top = `${place.bottom - outer.top + 4}px`;
    });
    area.addEventListener("mouseleave", () => (tip.hidden = true));

    const value = () => {
      // the answer to an earlier key must not overwrite what has been typed since
      if (area.value !== model.get("value") && !composing) area.value = model.get("value");
      fit();
      paint();
    };
    const look = () => {
      label.textContent = model.get("label");
      area.placeholder = model.get("placeholder");
      area.rows = model.get("rows");
      fit();
    };
    model.on("change:value", value);
    model.on("change:marks", paint);
    model.on("change:label change:placeholder change:rows", look);
    area.value = model.get("value");
    look();
    paint();
    // its height is known only once it is on the page
    const seen = new ResizeObserver(fit);
    seen.observe(box);
    return () => {
      seen.disconnect();
      model.off("change:value", value);
      model.off("change:marks", paint);
      model.off("change:label change:placeholder change:rows", look);
    };
  },
};
