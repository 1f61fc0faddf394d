// Places of an answer, drawn where they are: true directions and distances, a scale, and no tiles from anywhere.

import { element } from "../results.js";
import { ask } from "../run.js";
import { numberOf } from "../terms.js";
import { cut, picture, steps, svg } from "./svg.js";

const LAT = /^(lat|latitude|breitengrad)$/i, LONG = /^(lon|long|lng|longitude)$/i;
const POINT = /^\s*(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)/i;
const MILES_A_DEGREE = 69.17;

const BOUNDARIES = `PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sw: <https://w3id.org/stepway/ns#>
SELECT ?name ?boundary WHERE {
  ?area a sw:Area ; sw:areaKind "local-authority district" ; skos:prefLabel ?name ; sw:boundary ?boundary
}`;
let asked = null;

/** The districts of the release, [{name, rings}], as the map of providers has them; none where none can be had. */
function districts(names) {
  asked ??= ask(names.root, names.release, BOUNDARIES).then(({ rows }) => rows.map(([name, boundary]) => ({ name: name.value, rings: rings(boundary.value) })).filter((one) => one.rings.length), () => ((asked = null), []));
  return asked;
}

/** The rings of a polygon, or of several, in well-known text (OGC 06-103r4): longitude first. */
const rings = (text) => text.slice(text.indexOf("(")).replaceAll("(", "").split(")").map((ring) => ring.split(",").map((one) => one.trim().split(/\s+/).slice(0, 2).map(Number)).filter((one) => one.length === 2)).filter((ring) => ring.length);

/** A map, or why there is none. */
export async function make(answer, names) {
  const lat = answer.columns.findIndex((one) => LAT.test(one)), long = answer.columns.findIndex((one) => LONG.test(one));
  const name = answer.columns.findIndex((_, at) => at !== lat && at !== long && answer.rows.some((row) => row[at]?.kind === "literal" && numberOf(row[at]) === null && !POINT.test(row[at].value)));
  const thing = answer.columns.findIndex((_, at) => answer.rows.some((row) => row[at]?.kind === "iri"));
  const places = [];
  for (const row of answer.rows) {
    let found = null;
    if (lat >= 0 && long >= 0) found = [numberOf(row[long]), numberOf(row[lat])];
    else for (const term of row) found ??= POINT.exec(term?.value ?? "")?.slice(1).map(Number) ?? null;
    if (!found || found.some((one) => one === null || Number.isNaN(one)) || Math.abs(found[1]) > 90) continue;
    const iri = thing >= 0 && row[thing]?.kind === "iri" ? row[thing].value : null;
    places.push({ long: found[0], lat: found[1], said: name >= 0 && row[name] ? row[name].value : iri ? names.said(row[thing]) : "", iri });
  }
  if (!places.length) return "A map needs columns called ?lat and ?long with numbers, or a column of POINT(…) texts, and this answer has neither.";

  const areas = await districts(names);
  let zoom = 1, middle = null;
  const place = element("figure", { className: "picture" });
  const said = element("p", { className: "small muted", role: "status" });
  const redraw = () => {
    place.replaceChildren(drawn(places, names, zoom, middle, areas));
    said.textContent = zoom > 1 ? `${zoom} times nearer than the whole.` : "";
  };
  const button = (words, act) => {
    const made = element("button", { type: "button", className: "button-plain button-small" }, words);
    made.addEventListener("click", () => (act(), redraw()));
    return made;
  };
  const move = (x, y) => {
    const { width, height, centre } = frame(places, zoom, middle);
    middle = [centre[0] + (x * width) / 4, centre[1] + (y * height) / 4];
  };
  redraw();
  return element("div", {}, element("div", { className: "tools", role: "group", "aria-label": "Move the map" },
    button("Nearer", () => (zoom = Math.min(zoom * 2, 64))), button("Farther", () => (zoom = Math.max(zoom / 2, 1))),
    button("North", () => move(0, 1)), button("South", () => move(0, -1)), button("West", () => move(-1, 0)), button("East", () => move(1, 0)),
    button("All", () => ((zoom = 1), (middle = null)))), said, place);
}

function frame(places, zoom, middle) {
  const lats = places.map((one) => one.lat), longs = places.map((one) => one.long);
  const low = [Math.min(...longs), Math.min(...lats)], high = [Math.max(...longs), Math.max(...lats)];
  const centre = middle ?? [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  const squeeze = Math.cos((((low[1] + high[1]) / 2) * Math.PI) / 180) || 1;
  const height = (Math.max(high[1] - low[1], ((high[0] - low[0]) * squeeze * 520) / 860, 0.02) * 1.2) / zoom;
  return { centre, height, width: (height * 860) / 520 / squeeze, squeeze };
}

function drawn(places, names, zoom, middle, areas) {
  const W = 860, H = 520;
  const { centre, height, width } = frame(places, zoom, middle);
  const x = (long) => W / 2 + ((long - centre[0]) / width) * W, y = (lat) => H / 2 - ((lat - centre[1]) / height) * H;
  const parts = [svg("rect", { class: "axis", x: 0.5, y: 0.5, width: W - 1, height: H - 1, rx: 4 })];
  for (const { name, rings } of areas) parts.push(svg("path", { class: "area", d: rings.map((ring) => `M${ring.map(([long, lat]) => `${x(long).toFixed(1)} ${y(lat).toFixed(1)}`).join("L")}Z`).join("") }, svg("title", {}, name)));
  if (!areas.length) for (const one of steps(centre[0] - width / 2, centre[0] + width / 2, 6)) parts.push(svg("line", { class: "rule", x1: x(one), x2: x(one), y1: 1, y2: H - 1 }), svg("text", { class: "soft", x: x(one) + 4, y: H - 8 }, `${Math.abs(one)}° ${one < 0 ? "W" : "E"}`));
  if (!areas.length) for (const one of steps(centre[1] - height / 2, centre[1] + height / 2, 5)) parts.push(svg("line", { class: "rule", x1: 1, x2: W - 1, y1: y(one), y2: y(one) }), svg("text", { class: "soft", x: 6, y: y(one) - 4 }, `${Math.abs(one)}° ${one < 0 ? "S" : "N"}`));
  for (const { name, rings } of areas) {
    const [longs, lats] = [0, 1].map((at) => rings[0].map((point) => point[at]));
    const cx = x((Math.min(...longs) + Math.max(...longs)) / 2), cy = y((Math.min(...lats) + Math.max(...lats)) / 2);
    if (cx > 12 && cx < W - 12 && cy > 12 && cy < H - 12) parts.push(svg("text", { class: "soft", x: cx, y: cy, "text-anchor": "middle" }, name));
  }
  const inside = places.filter((one) => x(one.long) > 0 && x(one.long) < W && y(one.lat) > 0 && y(one.lat) < H);
  const taken = inside.map((one) => [x(one.long) - 4, y(one.lat) - 4, x(one.long) + 4, y(one.lat) + 4]);
  for (const one of inside) {
    const cx = x(one.long), cy = y(one.lat);
    const dot = svg("circle", { class: "dot", cx, cy, r: 6 }, svg("title", {}, one.said));
    parts.push(one.iri ? svg("a", { href: names.page(one.iri), "aria-label": one.said || names.short(one.iri), tabindex: "-1" }, dot) : dot);
  }
  for (const one of inside) {
    const words = cut(one.said, 34), left = x(one.long) + 9, top = y(one.lat) + 4, right = left + words.length * 7;
    if (!words || right > W || taken.some((box) => left < box[2] && right > box[0] && top - 13 < box[3] && top > box[1])) continue;
    taken.push([left, top - 13, right, top + 2]);
    parts.push(svg("text", { x: left, y: top }, words));
  }
  const miles = steps(0, height * MILES_A_DEGREE, 6)[1] ?? 1, long = (miles / (height * MILES_A_DEGREE)) * H;
  parts.push(svg("path", { class: "axis", d: `M${W - 20 - long} ${H - 34}v6h${long}v-6` }), svg("text", { class: "soft", x: W - 20 - long / 2, y: H - 38, "text-anchor": "middle" }, `${miles} ${miles === 1 ? "mile" : "miles"}`));
  return picture(W, H, `Map of ${places.length} places${inside.length < places.length ? `, ${inside.length} of them in view` : ""}${areas.length ? ", with the boundaries of districts" : ""}`, ...parts);
}
