// Things and how they are linked. The layout is worked out the same way every time.

import { element } from "../results.js";
import { cut, picture, svg } from "./svg.js";

const MOST = 120;

/** A picture of nodes and links, or why there is none. */
export function make(answer, names) {
  const links = [];
  if (answer.kind === "graph") {
    for (const [from, by, to] of answer.rows) if (to.kind !== "literal") links.push([from, names.short(by.value).replace(/^\w+:/, ""), to]);
  } else {
    const things = answer.columns.map((_, at) => at).filter((at) => answer.rows.some((row) => row[at]?.kind === "iri"));
    if (things.length < 2) return "A graph needs at least two columns of things, or statements from CONSTRUCT or DESCRIBE, and this answer has neither.";
    for (const row of answer.rows) things.slice(1).forEach((at, index) => row[things[index]] && row[at] && links.push([row[things[index]], answer.columns[at], row[at]]));
  }
  if (!links.length) return "These statements link things to values alone, not to each other: there is nothing to draw between them.";
  const nodes = new Map(), drawn = [];
  for (const [from, by, to] of links) {
    const missing = [from, to].filter((one) => !nodes.has(one.value)).length;
    if (nodes.size + missing > MOST) continue;
    for (const one of [from, to]) if (!nodes.has(one.value)) nodes.set(one.value, { term: one, links: 0 });
    const a = nodes.get(from.value), b = nodes.get(to.value);
    a.links += 1;
    b.links += 1;
    drawn.push({ a, b, by });
  }
  const all = [...nodes.values()];
  settle(all, drawn);
  const left = links.length - drawn.length;
  const [unnamed, painted] = paint(all, drawn, names);
  const note = left ? `${left} links are left out: at most ${MOST} things are drawn.` : "";
  return element("div", {}, note ? element("p", { className: "notice" }, note) : null, element("figure", { className: "picture" }, painted), unnamed ? element("p", { className: "small muted" }, unnamed) : null);
}

function settle(nodes, links) {
  const size = Math.sqrt(nodes.length) * 130 + 100;
  nodes.forEach((one, index) => {
    const turn = index * 2.39996, away = (size / 2) * Math.sqrt((index + 0.5) / nodes.length);
    Object.assign(one, { x: away * Math.cos(turn), y: away * Math.sin(turn) });
  });
  const wide = nodes.length > 25 ? 160 : 130;
  for (let round = 0; round < 260; round += 1) {
    const heat = 14 * (1 - round / 260) + 0.4;
    for (const one of nodes) Object.assign(one, { dx: -one.x * 0.012, dy: -one.y * 0.02 });
    for (let i = 0; i < nodes.length; i += 1) {
      for (let j = i + 1; j < nodes.length; j += 1) {
        const a = nodes[i], b = nodes[j];
        const x = (a.x - b.x) / 1.5 || 0.1, y = a.y - b.y || 0.1, square = x * x + y * y;
        const push = (wide * wide) / Math.max(square, 60) / 2;
        const length = Math.sqrt(square);
        a.dx += (x / length) * push; a.dy += (y / length) * push; b.dx -= (x / length) * push; b.dy -= (y / length) * push;
      }
    }
    for (const { a, b } of links) {
      const x = b.x - a.x, y = b.y - a.y, length = Math.hypot(x, y) || 1, pull = ((length - wide) / length) * 0.11;
      a.dx += x * pull; a.dy += y * pull; b.dx -= x * pull; b.dy -= y * pull;
    }
    for (const one of nodes) {
      const length = Math.hypot(one.dx, one.dy) || 1, go = Math.min(length, heat);
      one.x += (one.dx / length) * go; one.y += (one.dy / length) * go;
    }
  }
}

function paint(nodes, links, names) {
  const xs = nodes.map((one) => one.x), ys = nodes.map((one) => one.y);
  const room = 110, left = Math.min(...xs) - room, top = Math.min(...ys) - 40;
  const width = Math.max(...xs) - left + room, height = Math.max(...ys) - top + 40;
  const at = (one) => [one.x - left, one.y - top];
  const parts = [svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 10 10", refX: 18, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, svg("path", { d: "M0 0 10 5 0 10z", fill: "context-stroke" })))];
  for (const { a, b, by } of links) {
    const [x1, y1] = at(a), [x2, y2] = at(b);
    parts.push(svg("line", { class: "edge", x1, y1, x2, y2, "marker-end": "url(#arrow)" }));
    if (links.length <= 60) parts.push(svg("text", { class: "soft", x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 3, "text-anchor": "middle" }, cut(by, 22)));
  }
  const taken = [];
  const free = (x, y, words) => {
    const box = [x - words.length * 3.6, y + 9, x + words.length * 3.6, y + 26];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    taken.push(box);
    return true;
  };
  for (const one of [...nodes].sort((a, b) => b.links - a.links)) {
    const [x, y] = at(one), words = names.said(one.term), said = cut(words, 26);
    const mark = [svg("circle", { class: "node", cx: x, cy: y, r: 7 }, svg("title", {}, words))];
    if (free(x, y, said)) mark.push(svg("text", { x, y: y + 22, "text-anchor": "middle" }, said));
    else one.unnamed = true;
    parts.push(one.term.kind === "iri" ? svg("a", { href: names.page(one.term.value), tabindex: "-1" }, ...mark) : svg("g", {}, ...mark));
  }
  const unnamed = nodes.filter((one) => one.unnamed).length;
  const note = unnamed ? `${unnamed} names are left out of the picture where they would cover others: the table has them all.` : "";
  return [note, picture(Math.round(width), Math.round(height), `Graph of ${nodes.length} things and ${links.length} links`, ...parts)];
}
