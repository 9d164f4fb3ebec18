/* Does the text fit its line? Counts characters against the seconds of the line while one types. */
(() => {
  const number = (field) => Number.parseFloat((field?.value || "").replace(",", "."));
  const show = (area) => {
    const line = area.closest("[data-line]");
    const out = area.parentElement.querySelector("[data-fit]");
    const seconds = number(line.querySelector("[data-end]")) - number(line.querySelector("[data-start]"));
    const length = [...area.value.trim()].length;
    if (!length || !(seconds > 0)) { out.textContent = ""; out.className = "fit"; return; }
    const need = length / Number.parseFloat(area.dataset.cps);
    const share = need / seconds;
    out.className = `fit ${share > 1.3 ? "over" : share > 1.05 ? "tight" : ""}`;
    const verdict = share > 1.3 ? `about ${Math.ceil(length - seconds * 1.25 * area.dataset.cps)} characters too long`
      : share > 1.05 ? "fits, spoken faster" : "fits";
    out.textContent = `needs about ${need.toFixed(1)} s of ${seconds.toFixed(1)} s: ${verdict}`;
  };
  const all = () => document.querySelectorAll("textarea[data-cps]").forEach(show);
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-cps]")) show(event.target);
    else if (event.target.matches("[data-start], [data-end]")) event.target.closest("[data-line]").querySelectorAll("textarea[data-cps]").forEach(show);
  });
  document.addEventListener("htmx:afterSwap", all);
  all();
})();
