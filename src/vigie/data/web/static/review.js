// Keys of the review desk. A key does what the button or link of the page that carries it does, and nothing else: without a script
// everything is there. A key alone can be switched off (WCAG 2.1.4), and is never heard in a field.
"use strict";
(() => {
  const kept = "vigie.review.keys";
  const remembered = () => { try { return localStorage.getItem(kept) !== "off"; } catch { return true; } };
  const remember = (on) => { try { localStorage.setItem(kept, on ? "on" : "off"); } catch { /* for this page only */ } };
  const box = document.querySelector("#keys-on");
  let on = remembered(), left = false;

  const set = () => {
    document.body.classList.toggle("unkeyed", !on);
    document.querySelectorAll("[data-key]").forEach((target) => {
      if (on) target.setAttribute("aria-keyshortcuts", target.dataset.key);
      else target.removeAttribute("aria-keyshortcuts");
    });
    if (box) box.checked = on;
  };
  document.querySelectorAll("[data-scripted]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-unscripted]").forEach((part) => { part.hidden = true; });
  box?.addEventListener("change", () => { on = box.checked; remember(on); set(); });
  set();

  const written = (element) => element instanceof Element &&
    element.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

  const along = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))].focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const field = written(event.target);
    if (field && (event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) field.form?.requestSubmit();
      return;
    }
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    // A key that is held down decides once, not on every statement that follows.
    if (!on || left || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "j" && along(1)) || (event.key === "k" && along(-1))) { event.preventDefault(); return; }
    // Enter belongs to what has the focus.
    if (event.key === "Enter" && document.activeElement && document.activeElement.matches("a, button, summary, input")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("summary")) {
      target.parentElement.open = !target.parentElement.open;
      target.focus();
      return;
    }
    left = true;
    target.click();
  });
  // Back from the next page the desk listens again.
  window.addEventListener("pageshow", () => { left = false; });
})();
