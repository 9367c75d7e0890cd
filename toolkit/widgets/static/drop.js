// A place for files and text: dropped, chosen or pasted. Files go home in pieces, each asked for by the answer to the last.
const PIECE = 2 * 1024 * 1024;
const WAIT = 300;
// a longer text would not pass in one message
const LONGEST = 2_000_000;

/** Files of a drop with their paths below what was dropped; one folder alone is opened, as a folder given by its path. */
async function filesOf(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  const walk = async (entry, path) => {
    if (!entry) return;
    if (entry instanceof File) {
      found.push({ name: entry.name, file: entry });
    } else if (entry.isFile) {
      const file = await new Promise((done, lost) => entry.file(done, lost));
      found.push({ name: `${path}${entry.name}`, file });
    } else {
      const reader = entry.createReader();
      for (;;) {
        // a reader gives at most a hundred at a time
        const some = await new Promise((done, lost) => reader.readEntries(done, lost));
        if (!some.length) break;
        for (const one of some) await walk(one, `${path}${entry.name}/`);
      }
    }
  };
  for (const entry of entries) await walk(entry, "");
  return withoutTop(found);
}

/** Names without the folder that all of them lie in, and without what a system lays beside files. */
function withoutTop(found) {
  const own = (name) => name.split("/").some((part) => /^(\.(?!\.?$)|~\$|__MACOSX$)/.test(part) || /^(thumbs\.db|desktop\.ini)$/i.test(part));
  const kept = found.filter((one) => !own(one.name));
  const tops = new Set(kept.map((one) => (one.name.includes("/") ? one.name.split("/")[0] : "")));
  if (tops.size !== 1 || tops.has("")) return kept;
  return kept.map((one) => ({ ...one, name: one.name.split("/").slice(1).join("/") }));
}

/** A count of bytes as people write it. */
function bytesInWords(count) {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`;
  return count >= 1e3 ? `${Math.round(count / 1e3)} KB` : `${count} 字节`;
}

/** An element with a class, a text and attributes. */
function element(tag, css, text, attributes) {
  const made = document.createElement(tag);
  if (css) made.className = css;
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  return made;
}

export default {
  render({ model, el }) {
    const send = sender(model);
    el.classList.add("wn");
    const host = element("section", "wn-drop", "", { role: "group", "aria-label": "放文件和文字" });
    const hint = "把文件或文件夹拖到这里，也可以点一下来选，或者按 Ctrl+V 粘贴";
    const zone = element("div", "wn-drop-zone", "", { tabindex: "0", role: "button", "aria-label": hint });
    zone.append(
      element("b", "", "把文件或文件夹拖到这里"),
      element("span", "wn-small", "也可以点一下来选，或者按 Ctrl+V 粘贴"),
      element("span", "wn-small", "表格、网页、订阅、文本、群聊导出都可以，一次放一批"),
    );
    const picker = element("input", "wn-offscreen", "", { type: "file", multiple: "", tabindex: "-1", "aria-label": "选文件" });
    const folderPicker = element("input", "wn-offscreen", "", { type: "file", multiple: "", tabindex: "-1", "aria-label": "选文件夹" });
    folderPicker.webkitdirectory = true;
    const choose = element("button", "wn-button", "选文件", { type: "button" });
    const chooseFolder = element("button", "wn-button", "选文件夹", { type: "button" });
    const stop = element("button", "wn-button", "停下", { type: "button" });
    const meter = element("div", "wn-drop-meter", "", { role: "progressbar", "aria-label": "收文件", "aria-valuemin": "0", "aria-valuemax": "100" });
    const fill = element("span", "wn-bar-fill");
    meter.append(fill);
    const told = element("p", "wn-drop-told", "", { role: "status" });
    const row = element("div", "wn-row");
    row.append(choose, chooseFolder, stop);
    const id = `wn-drop-${Math.random().toString(36).slice(2)}`;
    const label = element("label", "wn-label", "或者粘贴文字：文章、一串链接、群聊、从表格里复制的几行", { for: id });
    const area = element("textarea", "wn-drop-text", "", { id, rows: "3", placeholder: "粘贴到这里，再按「读一读」（Ctrl+Enter）" });
    area.spellcheck = false;
    const read = element("button", "wn-button", "读一读", { type: "button" });
    host.append(zone, row, meter, label, area, read, told, picker, folderPicker);
    el.append(host);

    let batch = "";
    let saying = "";
    let answered = null;
    const say = (text) => {
      saying = text;
      show();
    };
    const show = () => {
      const { batch: theirs, got = 0, size = 0, state = "" } = model.get("progress");
      const sending = batch !== "" && theirs === batch && state === "sending";
      const share = sending && size ? Math.round((got / size) * 100) : 0;
      meter.hidden = stop.hidden = batch === "";
      meter.setAttribute("aria-valuenow", share);
      fill.style.width = `${share}%`;
      const line = sending ? `正在收：${bytesInWords(got)}，共 ${bytesInWords(size)}` : saying || model.get("said");
      // a screen reader says a line anew when it is set anew
      if (told.textContent !== line) told.textContent = line;
      host.classList.toggle("wn-drop-busy", model.get("busy"));
      host.setAttribute("aria-busy", model.get("busy"));
    };

    /** Wait for the answer to what was sent; resolves to whether to go on. */
    const answer = () => new Promise((done) => (answered = done));
    const heard = () => {
      show();
      const { batch: theirs, state } = model.get("progress");
      if (theirs !== batch || !answered) return;
      const done = answered;
      answered = null;
      done(state !== "refused");
    };
    const cancel = () => {
      if (!batch) return;
      send("cancel", { batch });
      answered?.(false);
      answered = null;
    };

    const upload = async (files) => {
      const size = files.reduce((sum, one) => sum + one.file.size, 0);
      if (batch) return say("上一批还在收，等它收完再放。");
      if (!files.length) return say("没有找到文件。");
      if (files.length > model.get("most")) return say(`一次最多放 ${model.get("most")} 个文件，请分几次放。`);
      if (size > model.get("limit")) {
        return say(`这一批有 ${bytesInWords(size)}，一次最多收 ${bytesInWords(model.get("limit"))}。请分几次放，或直接拷进工作文件夹。`);
      }
      batch = crypto.getRandomValues(new Uint32Array(4)).join("-");
      const mine = batch;
      saying = "";
      let whole = false;
      try {
        let first = answer();
        send("begin", { batch, files: files.map((one) => ({ name: one.name, size: one.file.size })) });
        whole = await first;
        for (const [place, one] of files.entries()) {
          for (let at = 0; whole && at < one.file.size; at += PIECE) {
            const piece = await one.file.slice(at, at + PIECE).arrayBuffer();
            const next = answer();
            model.send({ event: "chunk", batch: mine, file: place }, undefined, [piece]);
            whole = await next;
          }
        }
        if (whole) {
          first = answer();
          send("end", { batch: mine });
          whole = await first;
        }
      } catch {
        // a file that was moved or changed after it was chosen cannot be read any more
        whole = false;
        send("cancel", { batch: mine });
      }
      batch = "";
      say(whole ? "" : "没有收完，什么都没有读。请再放一次。");
    };

    const take = (text) => {
      if (!text.trim()) return say("没有可读的文字。");
      if (text.length > LONGEST) return say("这段文字太长，请存成 txt 文件再放进来。");
      saying = "";
      flush();
      send("text", { value: text });
    };

    // dropping beside the place must not make the browser leave the page for the file
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const guard = (event) => {
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    };
    window.addEventListener("dragover", guard);
    window.addEventListener("drop", guard);
    for (const name of ["dragenter", "dragover"]) {
      host.addEventListener(name, (event) => {
        event.preventDefault();
        event.stopPropagation();
        event.dataTransfer.dropEffect = "copy";
        host.classList.add("wn-drop-over");
      });
    }
    host.addEventListener("dragleave", (event) => {
      if (!host.contains(event.relatedTarget)) host.classList.remove("wn-drop-over");
    });
    host.addEventListener("drop", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      host.classList.remove("wn-drop-over");
      const text = event.dataTransfer.getData("text/plain");
      if (hasFiles(event)) await upload(await filesOf(event.dataTransfer));
      else if (text) take(text);
    });
    zone.addEventListener("paste", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const text = event.clipboardData.getData("text/plain");
      if (event.clipboardData.files.length && !text) await upload(await filesOf(event.clipboardData));
      else take(text);
    });
    area.addEventListener("paste", async (event) => {
      event.stopPropagation();
      if (!event.clipboardData.files.length || event.clipboardData.getData("text/plain")) return;
      event.preventDefault();
      await upload(await filesOf(event.clipboardData));
    });
    for (const [one, names] of [[picker, false], [folderPicker, true]]) {
      one.addEventListener("change", async () => {
        const files = [...one.files].map((file) => ({ name: (names && file.webkitRelativePath) || file.name, file }));
        await upload(withoutTop(files));
        one.value = "";
      });
    }
    zone.addEventListener("click", () => picker.click());
    choose.addEventListener("click", () => picker.click());
    chooseFolder.addEventListener("click", () => folderPicker.click());
    stop.addEventListener("click", cancel);
    read.addEventListener("click", () => take(area.value));

    let timer = 0;
    const flush = () => {
      clearTimeout(timer);
      if (area.value === model.get("text") || area.value.length > LONGEST) return;
      model.set("text", area.value);
      model.save_changes();
    };
    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(flush, WAIT);
    });
    area.addEventListener("blur", flush);
    host.addEventListener("keydown", (event) => {
      // JupyterLab's own shortcuts must not fire here
      event.stopPropagation();
      if (event.target === zone && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        picker.click();
      } else if (event.target === area && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        take(area.value);
      } else if (event.key === "Escape" && batch) {
        cancel();
      }
    });
    const typed = () => {
      if (area.value !== model.get("text")) area.value = model.get("text");
    };
    // the desk around this place is known only once it is on the page
    const unwatch = keepKeys(el);
    model.on("change:progress", heard);
    model.on("change:said change:busy", show);
    model.on("change:text", typed);
    typed();
    show();
    return () => {
      unwatch();
      window.removeEventListener("dragover", guard);
      window.removeEventListener("drop", guard);
      model.off("change:progress", heard);
      model.off("change:said change:busy", show);
      model.off("change:text", typed);
    };
  },
};
