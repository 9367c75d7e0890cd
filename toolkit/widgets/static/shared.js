// What every view shares. Text reaches the page through textContent and plain attributes only, never as markup.

const TAGS = new Set([
  "a", "b", "bdi", "button", "caption", "dd", "details", "div", "dl", "dt", "em", "figure", "figcaption", "h3", "h4",
  "h5", "img", "li", "mark", "ol", "p", "section", "small", "span", "strong", "summary", "table", "tbody", "td", "th",
  "thead", "time", "tr", "ul",
]);
const ATTRIBUTES = [
  "title", "role", "lang", "tabindex", "colspan", "rowspan", "scope", "datetime", "alt", "open", "disabled", "hidden",
];
const SVG = "http://www.w3.org/2000/svg";
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

/** The address where it is an http or https one without a user name before @, else "". */
function safeAddress(text) {
  try {
    const url = new URL(String(text));
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.href : "";
  } catch {
    return "";
  }
}

/** A small line of counts, without axes: the last point is marked. */
function sparkline(counts, label) {
  const [wide, high] = [72, 20];
  const most = Math.max(1, ...counts);
  const step = counts.length > 1 ? (wide - 6) / (counts.length - 1) : 0;
  const points = counts.map((count, n) => [3 + n * step, high - 3 - (count / most) * (high - 6)]);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "wn-spark");
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  svg.setAttribute("width", wide);
  svg.setAttribute("height", high);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" "));
  svg.append(line);
  if (points.length) {
    const dot = document.createElementNS(SVG, "circle");
    const [x, y] = points[points.length - 1];
    dot.setAttribute("cx", x.toFixed(1));
    dot.setAttribute("cy", y.toFixed(1));
    dot.setAttribute("r", 2.5);
    svg.append(dot);
  }
  return svg;
}

/** Put a text on the clipboard, also where the browser bars the modern way (a page that is no https). */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const held = document.activeElement;
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "wn-offscreen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    held?.focus?.();
    return done;
  }
}

/** Say a sentence beside a button for a moment, and to a screen reader. */
function sayBeside(button, text) {
  const told = document.createElement("span");
  told.className = "wn-said";
  told.setAttribute("role", "status");
  button.after(told);
  told.textContent = text;
  setTimeout(() => told.remove(), 2500);
}

/**
 * The element of a node: a text, or {tag, css, text, children, ...}. `act(event, node)` hears its button or row.
 * `bar` (0 to 1) sets a width, `spark` draws counts, `copy` puts a text on the clipboard, `event` sends `value` home.
 */
function build(node, act) {
  if (node === null || node === undefined || typeof node !== "object") {
    return document.createTextNode(String(node ?? ""));
  }
  if (node.spark) return sparkline(node.spark, node.label ?? "");
  const element = document.createElement(TAGS.has(node.tag) ? node.tag : "span");
  if (node.css) element.className = node.css;
  for (const name of ATTRIBUTES) {
    if (node[name] !== undefined && node[name] !== null && node[name] !== false) {
      element.setAttribute(name, node[name] === true ? "" : node[name]);
    }
  }
  if (node.label) element.setAttribute("aria-label", node.label);
  for (const name of ["pressed", "expanded", "selected", "current", "live", "valuenow", "valuemin", "valuemax"]) {
    if (node[name] !== undefined) element.setAttribute(`aria-${name}`, node[name]);
  }
  if (node.key) element.dataset.key = node.key;
  if (node.bar !== undefined) element.style.width = `${Math.max(0, Math.min(1, node.bar)) * 100}%`;
  if (element.tagName === "A") {
    const address = safeAddress(node.href);
    if (address) {
      element.href = address;
      element.target = "_blank";
      element.rel = "noopener noreferrer nofollow";
    }
  }
  if (element.tagName === "IMG" && PICTURE.test(node.src ?? "")) element.src = node.src;
  if (element.tagName === "BUTTON") element.type = "button";
  if (node.text !== undefined) element.textContent = node.text;
  for (const child of node.children ?? []) element.append(build(child, act));
  if (node.copy !== undefined) {
    element.addEventListener("click", async () => {
      sayBeside(element, (await toClipboard(node.copy)) ? "已复制" : "没能复制，请选中文字再按 Ctrl+C");
      act("copied", node);
    });
  }
  if (node.event) {
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      act(node.event, node);
    });
  }
  return element;
}

/** Fill an element anew, keeping the focus, the caret of what is open and the scroll where they were. */
function refill(host, elements) {
  const held = host.contains(document.activeElement) ? document.activeElement.closest("[data-key]")?.dataset.key : null;
  const opened = new Map([...host.querySelectorAll("details[data-key]")].map((one) => [one.dataset.key, one.open]));
  const scrolled = host.scrollTop;
  host.replaceChildren(...elements);
  for (const one of host.querySelectorAll("details[data-key]")) {
    if (opened.has(one.dataset.key)) one.open = opened.get(one.dataset.key);
  }
  host.scrollTop = scrolled;
  if (held) host.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/**
 * Keep the keys of a whole desk from JupyterLab: its shortcuts would act on the cell (pressing d twice deletes it) while
 * somebody is at a list or a button. What is pressed with Ctrl stays Lab's. Gives what ends the watch.
 */
function keepKeys(el) {
  const watch = new ResizeObserver(() => {
    const desk = el.closest(".wn-plain");
    if (!desk || desk.dataset.wnKeys) return;
    desk.dataset.wnKeys = "kept";
    desk.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
  });
  watch.observe(el);
  return () => watch.disconnect();
}

/** Code points of a text, as Python counts them. */
const points = (text) => Array.from(text);

/** Send an event home. Only what a person does may send: a second tab shows the same model and must stay silent. */
function sender(model) {
  return (event, value) => model.send({ event, ...value });
}
