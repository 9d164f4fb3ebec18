/* Resumable uploads: parts with a hash each, continued after a lost connection or a closed page.
   <form data-upload data-purpose data-target data-create [data-next] [data-event]> with one file input; other named fields travel as details. */
(() => {
  const RETRIES = 8;
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"]
    || document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const human = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

  class Refusal extends Error {}

  const call = async (url, method, body, headers = {}) => {
    const response = await fetch(url, { method, body, headers: { "X-CSRFToken": csrf(), Accept: "application/json", ...headers } });
    if (response.status >= 500) throw new Error(`server answered ${response.status}`);
    const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (!response.ok) throw new Refusal([answer.message || "The upload was refused.", answer.fix, answer.code].filter(Boolean).join(" "));
    return answer;
  };

  const digest = async (buffer) => {
    if (!window.crypto?.subtle) return "";
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* no resume after a closed page */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing kept */ } },
  };

  class Line {
    constructor(form, file) {
      this.node = document.createElement("div");
      this.node.className = "upload-line";
      const head = document.createElement("div");
      head.className = "flow between";
      const name = document.createElement("span");
      name.className = "strong clip";
      name.textContent = file.name;
      this.word = document.createElement("span");
      this.word.className = "faint num";
      this.word.setAttribute("role", "status");
      head.append(name, this.word);
      this.bar = document.createElement("progress");
      this.bar.className = "thick";
      this.bar.max = file.size || 1;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", `Upload of ${file.name}`);
      this.node.append(head, this.bar);
      form.querySelector("[data-upload-lines]").replaceChildren(this.node);
      this.size = file.size;
      this.began = Date.now();
      this.base = null;
    }

    at(bytes) {
      this.base ??= bytes;
      this.bar.value = bytes;
      const rate = (bytes - this.base) / Math.max(0.5, (Date.now() - this.began) / 1000);
      const left = rate > 0 ? Math.ceil((this.size - bytes) / rate) : null;
      this.say(`${human(bytes)} of ${human(this.size)}${left !== null && bytes < this.size ? `, about ${left} s left` : ""}`);
    }

    say(text) { this.word.textContent = text; }

    fail(text) {
      this.node.classList.add("notice", "fail");
      this.node.setAttribute("role", "alert");
      this.node.replaceChildren(Object.assign(document.createElement("div"), { textContent: text }));
    }
  }

  const details = (form) => {
    const fields = {};
    [...form.elements].forEach((element) => {
      if (!element.name || element.type === "file" || element.name === "csrfmiddlewaretoken") return;
      fields[element.name] = element.type === "checkbox" ? element.checked : element.value;
    });
    return fields;
  };

  const open = async (form, file, key) => {
    const known = memory.get(key);
    if (known) {
      const state = await call(known, "GET").catch((error) => { if (error instanceof Refusal) return null; throw error; });
      if (state?.status === "open") return state;
    }
    const { purpose, target } = form.dataset;
    const body = JSON.stringify({ purpose, target, filename: file.name, size: file.size, details: details(form) });
    const state = await call(form.dataset.create, "POST", body, { "Content-Type": "application/json" });
    memory.set(key, state.url);
    return state;
  };

  const sendPart = async (state, file, number, line) => {
    const blob = file.slice(number * state.part_bytes, (number + 1) * state.part_bytes);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const buffer = await blob.arrayBuffer();
        return await call(`${state.url}parts/${number}/`, "PUT", buffer, { "Content-Type": "application/octet-stream", "X-Content-SHA256": await digest(buffer) });
      } catch (error) {
        if (error instanceof Refusal || attempt >= RETRIES) throw error;
        line.say("Connection lost, trying again…");
        await wait(Math.min(15000, 500 * 2 ** attempt));
      }
    }
  };

  const run = async (form, file) => {
    const line = new Line(form, file);
    const key = ["adforge-upload", form.dataset.purpose, form.dataset.target, file.name, file.size, file.lastModified].join(":");
    form.setAttribute("aria-busy", "true");
    try {
      const state = await open(form, file, key);
      const have = new Set(state.received);
      const count = Math.max(1, Math.ceil(file.size / state.part_bytes));
      let sent = [...have].reduce((sum, n) => sum + Math.min(state.part_bytes, file.size - n * state.part_bytes), 0);
      line.at(sent);
      for (let number = 0; number < count; number += 1) {
        if (have.has(number)) continue;
        await sendPart(state, file, number, line);
        sent = Math.min(file.size, sent + state.part_bytes);
        line.at(sent);
      }
      line.say("Checking the file…");
      const done = await call(`${state.url}complete/`, "POST");
      memory.drop(key);
      line.say("Uploaded");
      if (form.dataset.event) document.body.dispatchEvent(new Event(form.dataset.event));
      const next = form.dataset.next || done.next;
      if (form.dataset.next !== undefined && next) window.location.assign(next);
      form.reset();
    } catch (error) {
      if (error instanceof Refusal) memory.drop(key);
      line.fail(error instanceof Refusal ? error.message : "The connection was lost. Choose the same file again and the upload goes on where it stopped.");
    } finally {
      form.removeAttribute("aria-busy");
    }
  };

  const start = (form) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file || form.getAttribute("aria-busy")) return;
    if (form.reportValidity()) run(form, file);
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (form && event.target.type === "file" && form.dataset.start !== "button") start(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    event.preventDefault();
    start(form);
  });
  ["dragenter", "dragover", "dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".drop");
    document.querySelectorAll(".drop.over").forEach((node) => node.classList.toggle("over", node === zone && kind !== "drop"));
    if (zone && kind !== "drop") zone.classList.toggle("over", kind !== "dragleave");
  }));
})();
