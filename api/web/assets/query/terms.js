// RDF terms as they come over the wire (TSV of SPARQL, N-Triples), and as they are shown.

export const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt", "gYear"].map((one) => XSD + one),
);
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f", '"': '"', "'": "'", "\\": "\\" };
const TERM = /<([^<>]*)>|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^<>]*)>)?|(_:\S+)|(true|false)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;

const unescape = (text) =>
  text.includes("\\")
    ? text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four, eight, one) =>
        one ? (ESCAPES[one] ?? one) : String.fromCodePoint(parseInt(four ?? eight, 16)))
    : text;

/** The term that begins at `from`, and where it ends. null where nothing that we know begins. */
function termAt(text, from) {
  TERM.lastIndex = from;
  const found = TERM.exec(text);
  if (!found) return null;
  const [, iri, string, lang, datatype, blank, truth, number] = found;
  const end = TERM.lastIndex;
  if (iri !== undefined) return { end, term: { kind: "iri", value: unescape(iri) } };
  if (string !== undefined) return { end, term: { kind: "literal", value: unescape(string), lang, datatype } };
  if (blank !== undefined) return { end, term: { kind: "blank", value: blank } };
  if (truth !== undefined) return { end, term: { kind: "literal", value: truth, datatype: `${XSD}boolean` } };
  const type = /[eE]/.test(number) ? "double" : number.includes(".") ? "decimal" : "integer";
  return { end, term: { kind: "literal", value: number, datatype: XSD + type } };
}

/** One cell of TSV: a term, null when unbound; what we cannot read stays text. */
export function cell(text) {
  if (text === "") return null;
  const found = termAt(text, 0);
  return found && found.end === text.length ? found.term : { kind: "literal", value: text };
}

/** The three terms of a line of N-Triples; null for a line without a statement. */
export function statement(line) {
  const terms = [];
  let at = 0;
  while (terms.length < 3) {
    while (line[at] === " " || line[at] === "\t") at += 1;
    const found = termAt(line, at);
    if (!found) return null;
    terms.push(found.term);
    at = found.end;
  }
  return terms;
}

/** A number, where the term is one; else null. */
export function numberOf(term) {
  if (!term || term.kind !== "literal" || !NUMERIC.has(term.datatype)) return null;
  const value = Number(term.value);
  return Number.isFinite(value) ? value : null;
}

/** Knows prefixes, and where things of this service are read. */
export class Names {
  constructor(prefixes, root, release) {
    this.prefixes = prefixes;
    this.root = root;
    this.release = release;
    this.pairs = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
    this.names = new Map();
  }

  /** `sw:Role` for an address that has a prefix, else the address itself. */
  short(iri) {
    for (const [prefix, base] of this.pairs) {
      const local = iri.slice(base.length);
      if (iri.startsWith(base) && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(local)) return `${prefix}:${local}`;
    }
    return iri;
  }

  /** As a table shows it: addresses of ours without what they all begin with. */
  brief(iri) {
    const short = this.short(iri);
    const base = this.prefixes.swi?.replace(/id\/$/, "");
    return short === iri && base && iri.startsWith(base) ? `…/${iri.slice(base.length)}` : short;
  }

  /** As it is written in a query. */
  written(iri) {
    const short = this.short(iri);
    return short === iri ? `<${iri}>` : short;
  }

  expand(written) {
    if (written.startsWith("<")) return written.slice(1, -1);
    const at = written.indexOf(":");
    const base = this.prefixes[written.slice(0, at)];
    return base === undefined ? null : base + written.slice(at + 1);
  }

  /** The page that tells of a thing. */
  page(iri) {
    const base = this.prefixes.swi;
    const pin = this.release ? `release=${this.release}` : "";
    if (base && iri.startsWith(base) && iri.length > base.length) {
      return `${this.root}/id/${encodeURIComponent(iri.slice(base.length))}${pin && `?${pin}`}`;
    }
    return `${this.root}/resource?uri=${encodeURIComponent(iri)}${pin && `&${pin}`}`;
  }

  /** In words for a picture: the name, else the short address. */
  said(term) {
    if (!term) return "";
    if (term.kind !== "iri") return term.value;
    return this.names.get(term.value) ?? this.brief(term.value);
  }
}
