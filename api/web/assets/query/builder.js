// The form: five shapes of question, filled from the profile of the release, with the SPARQL that each makes.

import { element } from "./results.js";
import { prefixes } from "./tokens.js";

const count = new Intl.NumberFormat("en-GB");
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = ["integer", "decimal", "double", "float"].map((one) => XSD + one);

/** Put the form to work. `on.use(text, name)` and `on.run(text, name)` take the query. */
export function wireBuilder(names, getProfile, on) {
  const box = /** @type {HTMLDetailsElement} */ (document.getElementById("builder"));
  if (!box) return;
  const shape = /** @type {HTMLSelectElement} */ (document.getElementById("builder-shape"));
  const fields = document.getElementById("builder-fields");
  const made = document.getElementById("builder-made");
  let profile = null;
  let state = {};

  const labelled = (iri) => profile.classes[iri]?.label ?? profile.properties?.[iri]?.label ?? names.short(iri);
  const nameOf = (iri) => {
    const short = names.short(iri);
    const words = labelled(iri);
    return words === short ? short : `${words} (${short})`;
  };
  const things = () => Object.entries(profile.classes).filter(([, one]) => one.things > 0);
  const classes = () => {
    const own = (iri) => (iri.startsWith(names.prefixes.sw) ? 0 : 1);
    return things().sort(([a], [b]) => own(a) - own(b) || labelled(a).localeCompare(labelled(b))).map(([iri, one]) => [iri, `${nameOf(iri)}: ${count.format(one.things)}`]);
  };
  const usesOf = (iri) => Object.entries(profile.classes[iri]?.properties ?? {}).filter(([property]) => names.short(property) !== "rdf:type").sort((a, b) => b[1].triples - a[1].triples);
  const properties = (iri) => usesOf(iri).map(([property, use]) => [property, `${nameOf(property)}: ${count.format(use.triples)}`]);
  const linking = (iri) => usesOf(iri).filter(([, use]) => Object.keys(use.values ?? {}).some((one) => profile.classes[one]));
  const numeric = (iri, property) => Object.keys(profile.classes[iri]?.properties[property]?.values ?? {}).some((one) => NUMBERS.includes(one));

  const field = (key, label, options, hint = "") => {
    const id = `builder-${key}`;
    const chosen = options.some(([value]) => value === state[key]) ? state[key] : options[0]?.[0];
    state[key] = chosen;
    const select = element("select", { id }, ...options.map(([value, words]) => element("option", { value, selected: value === chosen }, words)));
    select.addEventListener("change", () => {
      state[key] = select.value;
      redraw(id);
    });
    return element("div", { className: "field" }, element("label", { htmlFor: id }, label), select, hint ? element("span", { className: "hint" }, hint) : null);
  };
  const text = (key, label, hint = "") => {
    const id = `builder-${key}`;
    const input = element("input", { id, value: state[key] ?? "", autocomplete: "off", spellcheck: false });
    input.addEventListener("input", () => {
      state[key] = input.value;
      say();
    });
    return element("div", { className: "field" }, element("label", { htmlFor: id }, label), input, hint ? element("span", { className: "hint" }, hint) : null);
  };
  const many = (key, label, options) => {
    const known = new Set(options.map(([value]) => value));
    state[key] = (state[key] ?? []).filter((one) => known.has(one));
    const boxes = options.map(([value, words], index) => {
      const input = element("input", { type: "checkbox", id: `builder-${key}-${index}`, checked: state[key].includes(value) });
      input.addEventListener("change", () => {
        state[key] = options.map(([one]) => one).filter((one) => (one === value ? input.checked : state[key].includes(one)));
        say();
      });
      return element("label", { className: "choice", htmlFor: input.id }, input, words);
    });
    return element("fieldset", { className: "field" }, element("legend", {}, label), element("div", { className: "many", tabIndex: 0, role: "group", "aria-label": label }, ...boxes));
  };
  const preferred = (wanted) => {
    const iri = names.expand(wanted);
    if (!state.of && profile.classes[iri]) state.of = iri;
  };

  const shapes = {
    list: {
      fields: () => {
        preferred("sw:Role");
        const of = field("of", "Things of this class", classes());
        return [of, many("columns", "With these columns", properties(state.of)), field("filter", "Only those whose", [["", "(no filter)"], ...properties(state.of)]),
          ...(state.filter ? [field("test", "value", numeric(state.of, state.filter) ? [["least", "is at least"], ["most", "is at most"], ["is", "is"]] : [["has", "contains the words"], ["is", "is exactly"]]), text("value", "this", "A number, or words.")] : [])];
      },
      name: () => labelled(state.of),
      query() {
        const used = new Map();
        const variable = (property) => fresh(used, property);
        const lines = [`?thing a ${names.written(state.of)} .`];
        const columns = state.columns.map((one) => ["?" + variable(one), one]);
        for (const [name, one] of columns) lines.push(`OPTIONAL { ?thing ${names.written(one)} ${name} . }`);
        if (state.filter) {
          const name = "?" + variable(state.filter) + (state.columns.includes(state.filter) ? "Wanted" : "");
          lines.push(`?thing ${names.written(state.filter)} ${name} .`, ...filter(name));
        }
        return `SELECT ?thing ${columns.map(([name]) => name).join(" ")}`.trimEnd() + ` WHERE {\n${indent(lines)}\n}\nORDER BY ?thing\nLIMIT 1000`;
      },
    },
    one: {
      fields: () => [text("thing", "The thing", "An id such as OC-HCSASSOC, a short address such as sw:Role, or a whole address.")],
      name: () => "Facts of one thing",
      query: () => `SELECT ?property ?value WHERE {\n  ${thingOf(state.thing)} ?property ?value .\n}\nORDER BY ?property ?value`,
    },
    linked: {
      fields: () => {
        preferred("sw:Role");
        const of = field("of", "Things of this class", classes().filter(([iri]) => linking(iri).length));
        const by = field("by", "linked by", linking(state.of).map(([property, use]) => [property, `${nameOf(property)}: ${count.format(use.triples)}`]));
        const values = Object.entries(profile.classes[state.of]?.properties[state.by]?.values ?? {}).filter(([iri]) => profile.classes[iri]);
        return [of, by, field("to", "to things of this class", values.map(([iri, number]) => [iri, `${nameOf(iri)}: ${count.format(number)}`]))];
      },
      name: () => `${labelled(state.of)} and ${labelled(state.to)}`,
      query: () => `SELECT ?thing ?other WHERE {\n  ?thing a ${names.written(state.of)} ;\n    ${names.written(state.by)} ?other .\n  ?other a ${names.written(state.to)} .\n}\nORDER BY ?thing ?other\nLIMIT 1000`,
    },
    count: {
      fields: () => {
        preferred("sw:Role");
        const of = field("of", "Count things of this class", classes());
        return [of, field("by", "for each", properties(state.of))];
      },
      name: () => `${labelled(state.of)} counted`,
      query: () => `SELECT ?group (COUNT(DISTINCT ?thing) AS ?count) WHERE {\n  ?thing a ${names.written(state.of)} ;\n    ${names.written(state.by)} ?group .\n}\nGROUP BY ?group\nORDER BY DESC(?count) ?group`,
    },
    missing: {
      fields: () => {
        preferred("sw:Role");
        const of = field("of", "Things of this class", classes());
        const total = profile.classes[state.of]?.things ?? 0;
        const gaps = usesOf(state.of).map(([property, use]) => [property, use.subjects ?? null, nameOf(property)]);
        return [of, field("by", "that have no", gaps.map(([property, subjects, words]) => [property, subjects === null || subjects > total ? words : `${words}: ${count.format(total - subjects)} have none`]), "What is not stated is not known: it need not be untrue.")];
      },
      name: () => `${labelled(state.of)}: what is missing`,
      query: () => `SELECT ?thing WHERE {\n  ?thing a ${names.written(state.of)} .\n  FILTER NOT EXISTS { ?thing ${names.written(state.by)} ?any . }\n}\nORDER BY ?thing`,
    },
  };

  function fresh(used, property) {
    const base = names.short(property).replace(/^.*[:/#]/, "").replace(/\W/g, "") || "value";
    const free = base === "thing" ? "thingOf" : base;
    const number = (used.get(free) ?? 0) + 1;
    used.set(free, number);
    return number > 1 ? `${free}${number}` : free;
  }
  function filter(name) {
    const value = (state.value ?? "").trim();
    if (!value) return [];
    if (state.test === "least" || state.test === "most") return /^-?\d+(?:\.\d+)?$/.test(value) ? [`FILTER(${name} ${state.test === "least" ? ">=" : "<="} ${value})`] : [];
    if (state.test === "has") return [`FILTER(CONTAINS(LCASE(STR(${name})), ${JSON.stringify(value.toLowerCase())}))`];
    const iri = /^\w+:[\w.-]+$/.test(value) && names.expand(value) ? value : null;
    return iri ? [`FILTER(${name} = ${iri})`] : [`FILTER(STR(${name}) = ${JSON.stringify(value)})`];
  }
  function thingOf(given) {
    const value = (given ?? "").trim();
    if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s<>"{}|\\^`]+$/.test(value)) return names.written(value);
    if (/^\w+:[\w.-]+$/.test(value) && names.expand(value)) return value;
    return /^[\w][\w.-]*$/.test(value) ? names.written(names.prefixes.swi + value) : "swi:OC-HCSASSOC";
  }
  const indent = (lines) => lines.map((one) => `  ${one}`).join("\n");
  const whole = () => {
    const query = shapes[shape.value].query();
    const used = [...prefixes(query).used].sort();
    return used.map((one) => `PREFIX ${one}: <${names.prefixes[one]}>\n`).join("") + query;
  };

  function say() {
    made.textContent = whole();
  }
  function redraw(focus) {
    fields.replaceChildren(...shapes[shape.value].fields());
    if (focus) document.getElementById(focus)?.focus();
    say();
  }
  async function begin() {
    if (profile || !box.open) return;
    fields.replaceChildren(element("p", { role: "status" }, "Reading what the release holds."));
    profile = await getProfile();
    if (!profile) fields.replaceChildren(element("p", {}, "What the release holds cannot be read just now, so the form cannot be filled. The editor works."));
    else redraw();
  }
  box.addEventListener("toggle", begin);
  shape.addEventListener("change", () => {
    if (!profile) return;
    state = { of: state.of };
    redraw();
  });
  document.getElementById("builder-use").addEventListener("click", () => profile && on.use(whole(), shapes[shape.value].name()));
  document.getElementById("builder-run").addEventListener("click", () => profile && on.run(whole(), shapes[shape.value].name()));
  begin();
}
