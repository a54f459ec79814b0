"""The script that draws figures in a page: Vega, Vega-Lite and Vega-Embed as vl-convert carries them, and a few lines of ours.

In: nothing. Out: one script, about 920 KB (290 KB gzipped), with no request and no eval: expressions run in Vega's interpreter.
It exposes `vegaEmbed` and `vigieDraw(element, spec)`, which draws a figure's specification at the width of its element and again
when that width changes. Left out: styles (the page's own CSS; nothing here adds a style element), menus, animation.
"""

from __future__ import annotations

import hashlib
from functools import cache

from vigie.charts.draw import AXIS, GAP, PANEL, VEGA_LITE, converter

# Vega-Embed and its tooltip would each add a <style> element, which a strict policy refuses: the page styles #vg-tooltip-element.
_SNIPPET = """
const options = {
  ast: true, actions: false, renderer: "svg", mode: "vega-lite", defaultStyle: false, hover: false,
  tooltip: {disableDefaultStyle: true},
  loader: {load: () => Promise.reject(new Error("no network")), sanitize: () => Promise.reject(new Error("no links"))},
};
function sized(spec, width) {
  const copy = {...spec}, layout = ((spec.usermeta || {}).vigie) || {};
  if (layout.panels) {
    const columns = Math.max(1, Math.min(layout.panels, Math.floor((width - %(axis)d) / %(panel)d)));
    const each = Math.floor((width - %(axis)d - %(gap)d * (columns - 1)) / columns);
    copy.columns = columns;
    copy.spec = {...spec.spec, width: each};
    copy.facet = {...spec.facet, header: {...spec.facet.header, labelLimit: each}};
    return copy;
  }
  copy.width = width;
  if (layout.ratio) copy.height = Math.max(120, Math.round(width * layout.ratio));
  return copy;
}
async function draw(element, spec) {
  let drawn = 0, result = null, waiting = null;
  const now = async () => {
    const width = Math.floor(element.clientWidth);
    if (width < 50 || Math.abs(width - drawn) < 2) return;
    drawn = width;
    if (result) result.finalize();
    result = await vegaEmbed(element, sized(spec, width), options);
  };
  await now();
  new ResizeObserver(() => { clearTimeout(waiting); waiting = setTimeout(now, 120); }).observe(element);
  return result;
}
window.vegaEmbed = vegaEmbed;
window.vigieDraw = draw;
"""


@cache
def javascript() -> bytes:
    """The script, made once a process (it takes a second or two)."""
    snippet = _SNIPPET % {"axis": AXIS, "gap": GAP, "panel": PANEL + GAP}
    return str(converter().javascript_bundle(snippet, vl_version=VEGA_LITE)).encode("utf-8")


@cache
def fingerprint() -> str:
    """Twelve letters that change with the script, for its address."""
    return hashlib.sha256(javascript()).hexdigest()[:12]
