// A panel: nodes from Python, shown; its buttons send their event and value home.
export default {
  render({ model, el }) {
    const send = sender(model);
    const host = document.createElement("div");
    el.classList.add("wn");
    el.append(host);
    const act = (event, node) => send(event, { value: node.value ?? null });
    const show = () => {
      host.className = `wn-panel ${model.get("css")}`;
      const label = model.get("label");
      if (label) {
        host.setAttribute("role", "group");
        host.setAttribute("aria-label", label);
      }
      refill(host, model.get("content").map((node) => build(node, act)));
    };
    model.on("change:content", show);
    model.on("change:css", show);
    show();
    const unwatch = keepKeys(el);
    return () => {
      unwatch();
      model.off("change:content", show);
      model.off("change:css", show);
    };
  },
};
