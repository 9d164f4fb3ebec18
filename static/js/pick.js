/* Plain file forms: show the name of what was picked, and that the sending has begun. */
(() => {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-pick]");
    const file = event.target.files?.[0];
    if (form && file) form.querySelector("[data-picked]").textContent = `${file.name} (${(file.size / 1e6).toFixed(1)} MB)`;
  });
  document.addEventListener("submit", (event) => {
    const button = event.target.closest("form[data-pick]")?.querySelector("button[type=submit]");
    if (button) { button.disabled = true; button.textContent += " …"; }
  });
})();
