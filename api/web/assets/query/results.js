// Shows an answer: as a table, or by a view that is loaded when it is first opened.

import { numberOf } from "./terms.js";
import { SHOWN } from "./run.js";

const VIEWS = {
  chart: () => import("./views/chart.js"),
  map: () => import("./views/map.js"),
  graph: () => import("./views/graph.js"),
};
const count = new Intl.NumberFormat("en-GB");

export function element(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (key in made && key !== "list" && !key.includes("-")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

/** “1,000 of 18,460 rows are shown; a download holds all.” */
export function sized(answer) {
  if (answer.kind === "truth") return `The answer is ${answer.truth ? "yes" : "no"}.`;
  const [one, many] = answer.kind === "graph" ? ["statement", "statements"] : ["row", "rows"];
  const shown = answer.rows.length;
  if (!answer.whole) return `${count.format(shown)} of more than ${count.format(answer.total)} ${many} are shown; a download holds all.`;
  if (answer.total > shown) return `${count.format(shown)} of ${count.format(answer.total)} ${many} are shown; a download holds all.`;
  if (answer.total === 0) return `The query ran to its end and has no ${many}.`;
  return `${count.format(answer.total)} ${answer.total === 1 ? one : many}, all shown.`;
}

/** A term as a table shows it. */
export function shown(term, names, withNames) {
  if (!term) return element("span", { className: "kind" }, "–");
  if (term.kind === "iri") {
    const name = withNames ? names.names.get(term.value) : "";
    const link = element("a", { href: names.page(term.value), title: term.value }, names.brief(term.value));
    return name ? element("span", {}, link, element("span", { className: "about-name" }, name)) : link;
  }
  if (term.kind === "blank") return element("span", { className: "kind" }, term.value);
  const more = term.lang ? `@${term.lang}` : "";
  const type = term.datatype && numberOf(term) === null ? names.short(term.datatype).replace(/^xsd:/, "") : "";
  const note = more || (["string", "boolean", "date", "dateTime", ""].includes(type) ? "" : type);
  return element("span", {}, term.value, note ? element("span", { className: "kind" }, ` ${note}`) : null);
}

export function table(answer, names, withNames) {
  const numeric = answer.columns.map((_, column) => answer.rows.length > 0 && answer.rows.every((row) => !row[column] || numberOf(row[column]) !== null) && answer.rows.some((row) => row[column]));
  const head = element("tr", {}, element("th", { scope: "col", className: "line-number" }, element("span", { className: "out" }, "Row")),
    ...answer.columns.map((one, column) => element("th", { scope: "col", className: numeric[column] ? "num" : "" }, one)));
  const body = answer.rows.map((row, index) =>
    element("tr", {}, element("td", { className: "line-number" }, count.format(index + 1)),
      ...answer.columns.map((_, column) => element("td", { className: numeric[column] ? "num" : "" }, shown(row[column], names, withNames)))));
  return element("div", { className: "wide", role: "region", "aria-label": "Rows of the answer", tabIndex: 0 },
    element("table", {}, element("caption", { className: "out" }, sized(answer)), element("thead", {}, head), element("tbody", {}, ...body)));
}

/** Draw the view of this name into `place`: always something, be it the reason why it cannot be drawn. */
export async function draw(place, view, answer, names, withNames) {
  if (answer.kind === "truth") {
    place.replaceChildren(element("p", { className: "lead" }, answer.truth ? "Yes: the pattern is found." : "No: the pattern is not found."));
    return;
  }
  if (!answer.rows.length) {
    const why = "Nothing matches: the query was answered to its end, and was not cut. If that surprises, look at the notes above the answer.";
    place.replaceChildren(element("p", {}, why));
    return;
  }
  if (view === "table") {
    place.replaceChildren(table(answer, names, withNames));
    return;
  }
  const made = await (await VIEWS[view]()).make(answer, names);
  if (typeof made === "string") {
    place.replaceChildren(element("p", { className: "notice" }, made));
    return;
  }
  const part = answer.total > answer.rows.length || !answer.whole ? ` Drawn from the first ${count.format(SHOWN)} alone.` : "";
  place.replaceChildren(made, element("p", { className: "muted small" }, `The table holds the same in words.${part}`));
}
