// Completion from the profile of the release: what there is, not what there could be.

import { declarations, prefixes, reading } from "./tokens.js";

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const HEAD = ["SELECT", "SELECT DISTINCT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "WHERE", "FROM", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET"];
const INSIDE = ["OPTIONAL", "FILTER", "BIND", "VALUES", "UNION", "MINUS", "GRAPH", "FILTER NOT EXISTS", "FILTER EXISTS", "SELECT"];
const FUNCTIONS = ["COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT", "DISTINCT", "AS", "STR", "LANG", "LANGMATCHES", "DATATYPE", "BOUND", "IF", "COALESCE", "CONCAT", "CONTAINS", "STRSTARTS", "STRENDS", "STRLEN", "SUBSTR", "LCASE", "UCASE", "REPLACE", "REGEX", "ROUND", "ABS", "YEAR", "MONTH", "IN", "NOT IN", "EXISTS", "NOT EXISTS", "DESC", "ASC"];

const number = new Intl.NumberFormat("en-GB");

/** The classes that a variable (or any subject) can have, by what the text says of it. */
function classesOf(subject, triples, names, profile, depth = 0) {
  const found = new Set();
  for (const [s, p, o] of triples) {
    if (s === subject && (p === "a" || names.expand(p) === TYPE)) {
      const iri = names.expand(o);
      if (iri && profile.classes[iri]) found.add(iri);
    }
  }
  if (found.size || depth > 3) return found;
  for (const [s, p, o] of triples) {
    const property = o === subject && p !== "a" && names.expand(p);
    if (!property) continue;
    for (const one of classesOf(s, triples, names, profile, depth + 1)) {
      for (const value of Object.keys(profile.classes[one].properties?.[property]?.values ?? {})) {
        if (profile.classes[value]) found.add(value);
      }
    }
  }
  return found;
}

/** A source of completions. `getProfile` promises the profile, or null where it cannot be had. */
export function completions(names, getProfile) {
  const insert = (written) => (view, _, from, to) => {
    const text = view.state.doc.toString();
    const { declared, place } = prefixes(text);
    const prefix = written.slice(0, written.indexOf(":"));
    const changes = [{ from, to, insert: written }];
    const lines = written.includes(":") && !written.startsWith("<") && !declared.has(prefix) ? declarations(text, place, [prefix], names.prefixes) : "";
    if (lines && place <= from) changes.unshift({ from: place, to: place, insert: lines });
    view.dispatch({ changes, selection: { anchor: from + written.length + (place <= from ? lines.length : 0) }, userEvent: "input.complete" });
  };
  const detail = (label, much) => (label ? `${label} · ${much}` : much);
  const word = (label, type, boost = 0) => ({ label, type, boost });
  const thing = (iri, said, detail, boost, type) => {
    const written = names.written(iri);
    return { label: written, detail, boost, type, apply: insert(written), info: said?.definition || undefined };
  };

  return async (context) => {
    const before = context.matchBefore(/[?$]\w*|[\w-]*:[\w.-]*|\w+/);
    if (!before && !context.explicit) return null;
    const from = before ? before.from : context.pos;
    const text = context.state.doc.toString();
    const read = reading(text.slice(0, from) + text.slice(context.pos), from);
    const profile = ["predicate", "object"].includes(read.place) ? await getProfile() : null;
    if (context.aborted) return null;
    const options = [];
    const variables = [...read.variables].map((one) => word(one, "variable", 1));

    if (read.place === "prefix") {
      for (const [prefix, base] of Object.entries(names.prefixes)) {
        options.push({ label: `${prefix}:`, detail: base, apply: `${prefix}: <${base}>`, type: "namespace" });
      }
    } else if (read.place === "predicate" && profile) {
      const classes = classesOf(read.subject, read.triples, names, profile);
      const seen = new Set([TYPE]);
      for (const one of classes) {
        for (const [iri, use] of Object.entries(profile.classes[one].properties ?? {})) {
          if (seen.has(iri)) continue;
          seen.add(iri);
          const said = profile.properties?.[iri] ?? use;
          options.push(thing(iri, said, detail(said.label ?? use.label, number.format(use.triples)), 20 + Math.log2(use.triples + 1), "property"));
        }
      }
      options.push({ label: "a", detail: "is one of a class", boost: classes.size ? 19 : 60, type: "keyword" });
      for (const [iri, said] of Object.entries(profile.properties ?? {})) {
        if (seen.has(iri)) continue;
        const away = detail(said.label, classes.size ? "not of this class" : number.format(said.triples ?? 0));
        options.push(thing(iri, said, away, classes.size ? -20 : Math.log2((said.triples ?? 0) + 1), "property"));
      }
      options.push(...variables);
    } else if (read.place === "object" && profile && (read.predicate === "a" || names.expand(read.predicate ?? "") === TYPE)) {
      for (const [iri, said] of Object.entries(profile.classes)) {
        options.push(thing(iri, said, detail(said.label, number.format(said.things)), Math.log10(said.things + 1), "class"));
      }
      options.push(...variables);
    } else {
      options.push(...variables);
      const words = read.place === "head" ? [...HEAD, ...FUNCTIONS] : read.place === "expression" ? FUNCTIONS : read.place === "subject" ? INSIDE : [];
      options.push(...words.map((one) => word(one, "keyword")));
    }
    return options.length ? { from, options, validFor: /^(?:[?$]\w*|[\w-]*:?[\w.-]*)$/ } : null;
  };
}

/** The text with a declaration for every known prefix that it uses and does not declare. */
export function withPrefixes(text, known) {
  const { declared, used, place } = prefixes(text);
  const wanted = [...used].filter((one) => !declared.has(one) && known[one] !== undefined).sort();
  return text.slice(0, place) + declarations(text, place, wanted, known) + text.slice(place);
}
