// Pictures and one video for a message: chosen, dropped or pasted, made small here, sent home one by one as bytes.
const SIDE = 176;

/** A small picture as a data: address, "" for what the browser cannot read. */
async function small(file) {
  if (!/^image\/(png|jpeg|gif|webp|bmp|avif)$/.test(file.type)) return "";
  try {
    const drawn = await createImageBitmap(file);
    const share = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [drawn.width, drawn.height].map((n) => Math.max(1, Math.round(n * share)));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    return canvas.toDataURL("image/jpeg", 0.7);
  } catch {
    return "";
  }
}

export default {
  render({ model, el }) {
    const send = sender(model);
    el.classList.add("wn");
    const zone = document.createElement("div");
    zone.className = "wn-pictures";
    zone.setAttribute("role", "group");
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.accept = "image/*,video/*";
    input.hidden = true;
    input.tabIndex = -1;
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = "wn-button";
    choose.textContent = "选图片或视频";
    const hint = document.createElement("small");
    hint.textContent = "也可以拖进来，或者停在这个按钮上按 Ctrl+V 贴进来";
    const list = document.createElement("ol");
    list.className = "wn-picture-list";
    zone.append(choose, input, hint, list);
    el.append(zone);

    const bring = async (files) => {
      for (const file of files) {
        const about = { name: file.name || "贴进来的图.png", type: file.type, size: file.size };
        const thumb = await small(file);
        // larger ones do not fit through the line; their names do
        const bytes = file.size <= model.get("largest") ? [await file.arrayBuffer()] : [];
        model.send({ event: "file", ...about, thumb }, undefined, bytes);
      }
    };
    choose.addEventListener("click", () => input.click());
    input.addEventListener("change", async () => {
      await bring([...input.files]);
      input.value = "";
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("wn-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("wn-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      zone.classList.remove("wn-over");
      bring([...event.dataTransfer.files]);
    });
    zone.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      event.stopPropagation();
      bring(files);
    });
    zone.addEventListener("keydown", (event) => event.stopPropagation());

    const act = (event, node) => send(event, { value: node.value });
    const show = () => {
      zone.setAttribute("aria-label", model.get("label"));
      refill(list, model.get("tiles").map((node) => build(node, act)));
    };
    model.on("change:tiles change:label", show);
    show();
    return () => model.off("change:tiles change:label", show);
  },
};
