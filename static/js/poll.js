/* Polling manners: quiet while the tab is hidden, clocks that tick between two answers, copy and dismiss buttons. */
(() => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const polls = (event.target.getAttribute("hx-trigger") || "").includes("every");
    if (polls && document.hidden) event.preventDefault();
  });

  const ago = (seconds) => {
    if (seconds < 2) return "just now";
    if (seconds < 90) return `${Math.round(seconds)} s ago`;
    return `${Math.round(seconds / 60)} min ago`;
  };
  const tick = () => {
    if (document.hidden) return;
    document.querySelectorAll("time[data-ago]").forEach((node) => {
      node.textContent = ago(Math.max(0, (Date.now() - Date.parse(node.dateTime)) / 1000));
    });
  };
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);
  tick();

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.querySelector("span").textContent = "Copied"; });
    }
    const all = event.target.closest("[data-check-all]");
    if (all) {
      const boxes = [...document.querySelectorAll(all.dataset.checkAll)].filter((box) => !box.disabled);
      const on = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = on; box.dispatchEvent(new Event("change", { bubbles: true })); });
    }
  });

  /* A dangerous button stays off until the name is typed; the server checks it again. */
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-must-equal]");
    if (!field) return;
    const same = field.value.trim().toLowerCase() === field.dataset.mustEqual.trim().toLowerCase();
    document.getElementById(field.dataset.unlocks).disabled = !same;
  });
})();
