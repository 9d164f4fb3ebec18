/* Runs before the first paint: a chosen theme must not flash. Without a choice the system decides. */
(() => {
  const KEY = "adforge-theme";
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem(KEY) || "system"; } catch { return "system"; } };
  const apply = (theme) => {
    if (theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    document.querySelectorAll("[data-theme-pick]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themePick === theme));
    });
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => apply(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-pick]");
    if (!button) return;
    try { localStorage.setItem(KEY, button.dataset.themePick); } catch { /* private mode: this page only */ }
    apply(button.dataset.themePick);
  });
})();
