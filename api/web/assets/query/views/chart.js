// Bars for names and numbers, points for two columns of numbers.

import { element } from "../results.js";
import { numberOf } from "../terms.js";
import { cut, picture, steps, svg } from "./svg.js";

const MOST_BARS = 60;
const read = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3 });

/** A figure, or why there is none. */
export function make(answer, names) {
  const numbers = answer.columns.map((name, at) => ({ name, at })).filter(({ at }) => answer.rows.some((row) => numberOf(row[at]) !== null));
  if (answer.kind !== "rows" || !numbers.length) return "A chart needs a column of numbers, such as COUNT(?x) AS ?count, and this answer has none.";
  if (answer.columns.length < 2) return "A chart needs a second column beside the numbers: what each number is of.";
  const others = answer.columns.map((name, at) => ({ name, at }));
  const words = others.find(({ at }) => !numbers.some((one) => one.at === at));
  let value = numbers.at(-1).at;
  let by = words ? words.at : numbers[0].at;

  const place = element("div");
  const redraw = () => place.replaceChildren(drawn(answer, names, by, value));
  const choose = (label, options, now, set) => {
    const made = element("select", {}, ...options.map(({ name, at }) => element("option", { value: String(at), selected: at === now }, name)));
    made.addEventListener("change", () => (set(Number(made.value)), redraw()));
    made.id = `chart-${label.toLowerCase().replaceAll(" ", "-")}`;
    return element("div", {}, element("label", { htmlFor: made.id }, label), made);
  };
  redraw();
  return element("div", {}, element("div", { className: "tools" },
    choose("Numbers from", numbers, value, (at) => (value = at)), choose("Named by", others, by, (at) => (by = at))), place);
}

function drawn(answer, names, by, value) {
  const rows = answer.rows.filter((row) => numberOf(row[value]) !== null && row[by]);
  const points = by !== value && rows.length && rows.every((row) => numberOf(row[by]) !== null);
  const label = `${answer.columns[value]} by ${answer.columns[by]}`;
  return element("figure", { className: "picture" }, points ? scatter(rows, by, value, answer, label) : bars(rows, names, by, value, label));
}

function bars(rows, names, by, value, label) {
  const shown = rows.slice(0, MOST_BARS);
  const width = 860, left = 290, right = 90, row = 28, top = 30;
  const numbers = shown.map((one) => numberOf(one[value]));
  const high = Math.max(0, ...numbers), low = Math.min(0, ...numbers);
  const x = (one) => left + ((one - low) / (high - low || 1)) * (width - left - right);
  const height = top + shown.length * row + 8;
  const parts = steps(low, high, 5).flatMap((one) => [
    svg("line", { class: "rule", x1: x(one), x2: x(one), y1: top - 6, y2: height - 8 }),
    svg("text", { class: "soft", x: x(one), y: top - 12, "text-anchor": "middle" }, read.format(one)),
  ]);
  shown.forEach((one, index) => {
    const said = names.said(one[by]), number = numbers[index], y = top + index * row;
    const from = x(Math.min(0, number)), to = x(Math.max(0, number));
    parts.push(
      svg("text", { x: left - 10, y: y + 17, "text-anchor": "end" }, svg("title", {}, said), cut(said, 40)),
      svg("rect", { class: "bar", x: from, y: y + 4, width: Math.max(1, to - from), height: row - 10, rx: 2 }),
      svg("text", { x: to + 6, y: y + 17 }, read.format(number)),
    );
  });
  parts.push(svg("line", { class: "axis", x1: x(0), x2: x(0), y1: top - 6, y2: height - 8 }));
  const more = rows.length > shown.length ? `; the first ${MOST_BARS} of ${rows.length} rows` : "";
  const most = shown.length ? `, from ${read.format(Math.min(...numbers))} to ${read.format(Math.max(...numbers))}` : "";
  return picture(width, height, `Bars: ${label}, ${shown.length} bars${most}${more}`, ...parts);
}

function scatter(rows, by, value, answer, label) {
  const width = 860, height = 460, left = 70, bottom = 50, top = 20, right = 20;
  const xs = rows.map((one) => numberOf(one[by])), ys = rows.map((one) => numberOf(one[value]));
  const range = (all) => {
    const low = Math.min(...all), high = Math.max(...all), room = (high - low || 1) * 0.05;
    return [low - room, high + room];
  };
  const [xl, xh] = range(xs), [yl, yh] = range(ys);
  const x = (one) => left + ((one - xl) / (xh - xl)) * (width - left - right);
  const y = (one) => height - bottom - ((one - yl) / (yh - yl)) * (height - top - bottom);
  const parts = [
    ...steps(xl, xh, 7).flatMap((one) => [svg("line", { class: "rule", x1: x(one), x2: x(one), y1: top, y2: height - bottom }), svg("text", { class: "soft", x: x(one), y: height - bottom + 18, "text-anchor": "middle" }, read.format(one))]),
    ...steps(yl, yh, 6).flatMap((one) => [svg("line", { class: "rule", x1: left, x2: width - right, y1: y(one), y2: y(one) }), svg("text", { class: "soft", x: left - 8, y: y(one) + 4, "text-anchor": "end" }, read.format(one))]),
    ...rows.map((_, index) => svg("circle", { class: "dot", cx: x(xs[index]), cy: y(ys[index]), r: 5 })),
    svg("text", { x: width - right, y: height - 8, "text-anchor": "end" }, answer.columns[by]),
    svg("text", { x: 4, y: 14 }, answer.columns[value]),
  ];
  return picture(width, height, `Points: ${label}, ${rows.length} points`, ...parts);
}
