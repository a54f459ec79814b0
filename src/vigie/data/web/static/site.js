// Draws the charts of a page when they come near the window. The page is whole without it: each chart is a picture with its
// table and files. Charts are drawn by Vega's interpreter, so that the policy needs no "unsafe-eval".
"use strict";
// On a phone the form of filters is folded, but where a filter is set. Without a script it stays open, on a wide screen always.
(() => {
  const fold = document.querySelector("details.fold");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const set = () => { fold.open = !narrow.matches || "set" in fold.dataset; };
  if (!fold) return;
  set();
  narrow.addEventListener("change", set);
})();
(() => {
  const charts = document.querySelectorAll("figure[data-spec]");
  if (!charts.length || !("IntersectionObserver" in window)) return;
  let library;

  const load = () => library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.documentElement.dataset.library;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });

  const draw = async (figure) => {
    const plot = figure.querySelector(".plot");
    const picture = plot.querySelector("picture");
    const canvas = document.createElement("div");
    try {
      const [answer] = await Promise.all([fetch(figure.dataset.spec), load()]);
      if (!answer.ok) return;
      const spec = await answer.json();
      canvas.className = "drawn";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", picture.querySelector("img").alt);
      plot.append(canvas);
      await document.fonts?.load("12px Inter");
      await window.vigieDraw(canvas, spec);
      if (!canvas.querySelector("svg")) throw new Error("nothing drawn");
      picture.hidden = true;
      plot.removeAttribute("tabindex");
      plot.removeAttribute("role");
      plot.removeAttribute("aria-label");
    } catch {
      canvas.remove();
      picture.hidden = false;
    }
  };

  const near = new IntersectionObserver((seen) => {
    for (const entry of seen) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  charts.forEach((figure) => near.observe(figure));
})();
