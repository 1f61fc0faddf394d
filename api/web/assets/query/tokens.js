// Reads a SPARQL text as far as completion needs it: tokens, declared prefixes, and what stands where.

const TOKEN = /\s+|#[^\n]*|<[^<>"{}|^`\\\s]*>|"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[?$]\w+|@[A-Za-z-]+|_:[\w-]+|(?:[A-Za-z][\w-]*(?:\.[\w-]+)*)?:(?:[\w%-]|\.(?=[\w%-])|\\.)*|\d[\d.eE+-]*|[A-Za-z_]\w*|\^\^|&&|\|\||[<>!]=|[^]/g;

const GROUP_WORDS = new Set(["optional", "union", "minus", "graph", "service", "filter", "bind", "values", "where", "exists", "not", "silent", "in"]);

/** Tokens without white space and comments: kind, text, from, to. */
export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const one = match[0];
    const first = one[0];
    if (/\s/.test(first) || first === "#") continue;
    let kind = "mark";
    if ((first === "?" || first === "$") && one.length > 1) kind = "variable";
    else if (first === "<" && one.endsWith(">") && one.length > 1) kind = "iri";
    else if (first === '"' || first === "'") kind = "string";
    else if (/^[\w-]*(?:\.[\w-]+)*:/.test(one)) kind = "name";
    else if (/[A-Za-z_]/.test(first)) kind = "word";
    else if (/\d/.test(first)) kind = "number";
    found.push({ kind, text: one, from: match.index, to: match.index + one.length });
  }
  return found;
}

/** Prefixes that the text declares, those that it uses, and where another declaration would go. */
export function prefixes(text) {
  const all = tokens(text);
  const declared = new Map();
  const used = new Set();
  let place = all.length ? all[0].from : text.length;
  all.forEach((one, index) => {
    const before = all[index - 1];
    const word = before?.kind === "word" ? before.text.toLowerCase() : "";
    if (one.kind === "name" && word === "prefix") {
      const iri = all[index + 1];
      declared.set(one.text.slice(0, -1), iri?.kind === "iri" ? iri.text.slice(1, -1) : "");
      place = lineEnd(text, iri?.to ?? one.to);
    } else if (one.kind === "iri" && word === "base") {
      place = lineEnd(text, one.to);
    } else if (one.kind === "name" && !one.text.startsWith("_")) {
      used.add(one.text.slice(0, one.text.indexOf(":")));
    }
  });
  return { declared, used, place };
}

function lineEnd(text, from) {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

/** Text to put at `place` so that these prefixes are declared. */
export function declarations(text, place, wanted, known) {
  const lines = wanted.filter((one) => known[one] !== undefined).map((one) => `PREFIX ${one}: <${known[one]}>\n`).join("");
  return lines && place > 0 && text[place - 1] !== "\n" ? `\n${lines}` : lines;
}

/**
 * What stands at `cursor`: `place` (head, prefix, subject, predicate, object, expression), the subject and predicate
 * there, all variables, and the triples of the text as [subject, predicate, object] texts.
 */
export function reading(text, cursor) {
  const all = tokens(text);
  const variables = new Set();
  const triples = [];
  const stack = [];
  let group = null;
  let round = 0;
  /** @type {any} */
  let at = null;
  let blank = 0;

  const say = (before) => {
    if (at) return;
    const last = before?.kind === "word" ? before.text.toLowerCase() : "";
    if (last === "prefix") at = { place: "prefix" };
    else if (round) at = { place: "expression" };
    else if (!group) at = { place: "head" };
    else at = { place: group.place, subject: group.subject, predicate: group.predicate };
  };
  const term = (said) => {
    if (!group || round) return;
    if (group.place === "subject") Object.assign(group, { subject: said, place: "predicate" });
    else if (group.place === "predicate") Object.assign(group, { predicate: said, place: "object" });
    else if (group.place === "object") {
      triples.push([group.subject, group.predicate, said]);
      group.place = "after";
    }
  };

  all.forEach((one, index) => {
    if (one.from >= cursor || one.to >= cursor && !"{}().;,[]".includes(one.text)) say(all[index - 1]);
    if (one.kind === "variable") variables.add(one.text);
    const word = one.kind === "word" ? one.text.toLowerCase() : "";
    const path = group && group.place === "object" && (one.text === "/" || one.text === "|");
    if (one.text === "{") {
      stack.push({ group, round });
      group = { place: "subject", subject: null, predicate: null };
      round = 0;
    } else if (one.text === "}") {
      const outer = stack.pop();
      group = outer?.group ?? null;
      round = outer?.round ?? 0;
      if (group) group.place = "subject";
    } else if (one.text === "(") {
      round += 1;
    } else if (one.text === ")") {
      round = Math.max(0, round - 1);
      if (!round && group && group.place === "after") group.place = "subject";
    } else if (!group) {
      return;
    } else if (one.text === "[") {
      const said = `[${(blank += 1)}`;
      term(said);
      stack.push({ group, round });
      group = { place: "predicate", subject: said, predicate: null };
      round = 0;
    } else if (one.text === "]") {
      const outer = stack.pop();
      group = outer?.group ?? null;
      round = outer?.round ?? 0;
    } else if (round) {
      return;
    } else if (one.text === ".") {
      group.place = "subject";
    } else if (one.text === ";") {
      group.place = "predicate";
    } else if (one.text === ",") {
      group.place = "object";
    } else if (path) {
      group.place = "predicate";
    } else if (word === "a" && group.place === "predicate") {
      term("a");
    } else if (GROUP_WORDS.has(word)) {
      group.place = "subject";
    } else if (["variable", "iri", "name", "string", "number"].includes(one.kind) || word === "true" || word === "false") {
      term(one.text);
    }
  });
  say(all.at(-1));
  if (at.place === "after") at.place = "subject";
  return { ...at, variables, triples };
}
