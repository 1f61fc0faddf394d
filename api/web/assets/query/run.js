// Asks the endpoint, reads the answer as it comes, and keeps no more of it than the page shows.

import { cell, statement } from "./terms.js";

export const SHOWN = 1000;
const READ_BYTES = 40_000_000;
const ACCEPT = "text/tab-separated-values, application/n-triples;q=0.9";

/** What went wrong, as the service said it. */
export class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.problem = problem;
    this.status = status;
  }
}

export async function refusal(response) {
  const text = await response.text();
  try {
    return new Refused(JSON.parse(text), response.status);
  } catch {
    return new Refused({ title: "The query was not answered", detail: `The service answered ${response.status}.` }, response.status);
  }
}

function post(root, path, release, text, options) {
  const pin = release ? `?release=${release}` : "";
  return fetch(`${root}${path}${pin}`, { method: "POST", body: text, ...options, headers: { "Content-Type": "application/sparql-query", ...options.headers } });
}

/**
 * The answer: {kind: "rows"|"truth"|"graph", columns, rows, total, whole, seconds}. `rows` holds the first ones alone
 * (`SHOWN`); `total` counts all that were read, and `whole` says whether that is all. Raises `Refused`, `AbortError`.
 */
export async function ask(root, release, text, signal) {
  const began = performance.now();
  const response = await post(root, "/sparql", release, text, { signal, headers: { Accept: ACCEPT } });
  if (!response.ok) throw await refusal(response);
  const graph = (response.headers.get("content-type") ?? "").includes("n-triples");
  const declared = Number(response.headers.get("stepway-rows"));
  const rows = [];
  let head = graph ? "" : null;
  let total = 0;
  let whole = true;
  const line = (one) => {
    if (head === null) head = one;
    else if (graph && (one === "" || one.startsWith("#"))) return;
    else {
      total += 1;
      if (rows.length < SHOWN) rows.push(graph ? statement(one) : one.split("\t").map(cell));
    }
  };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    const lines = (left + value).split("\n");
    left = lines.pop();
    for (const one of lines) line(one.endsWith("\r") ? one.slice(0, -1) : one);
    if (rows.length >= SHOWN && (declared > 0 || size > READ_BYTES)) {
      whole = declared > 0;
      if (whole) total = declared;
      left = "";
      await reader.cancel();
      break;
    }
  }
  if (left !== "") line(left);
  const seconds = (performance.now() - began) / 1000;
  if (graph) return { kind: "graph", columns: ["subject", "predicate", "object"], rows: rows.filter(Boolean), total, whole, seconds };
  if (head === "true" || head === "false") return { kind: "truth", truth: head === "true", columns: [], rows: [], total: 1, whole, seconds };
  const columns = head ? head.split("\t").map((one) => one.replace(/^[?$]/, "")) : [];
  return { kind: "rows", columns, rows, total, whole, seconds };
}

/** What the release says of a query before it runs: {syntax, warnings}; null where the check cannot be had. */
export async function check(root, release, text, signal) {
  const response = await post(root, "/sparql/check", release, text, { signal, headers: { Accept: "application/json" } });
  return response.ok ? response.json() : null;
}

/** Names of things for people, address → name, from the release itself. */
export async function namesOf(root, release, iris, signal) {
  const list = iris.map((one) => `<${one}>`).join(" ");
  const text = `PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing (MIN(STR(?said)) AS ?name) WHERE {
  VALUES ?thing { ${list} }
  ?thing skos:prefLabel|rdfs:label|schema:name|dcterms:title ?said
} GROUP BY ?thing`;
  const { rows } = await ask(root, release, text, signal);
  return new Map(rows.map(([thing, name]) => [thing.value, name?.value ?? ""]));
}

const FORMATS = {
  rows: [["CSV", "csv"], ["TSV", "tsv"], ["JSON", "json"], ["XML", "xml"]],
  truth: [["JSON", "json"], ["XML", "xml"]],
  graph: [["Turtle", "turtle"], ["N-Triples", "ntriples"], ["JSON-LD", "jsonld"], ["RDF/XML", "rdfxml"]],
};
const TYPES = {
  csv: "text/csv", tsv: "text/tab-separated-values", json: "application/sparql-results+json", xml: "application/sparql-results+xml",
  turtle: "text/turtle", ntriples: "application/n-triples", jsonld: "application/ld+json", rdfxml: "application/rdf+xml",
};
const ENDINGS = { turtle: "ttl", ntriples: "nt", rdfxml: "rdf" };

export const formatsOf = (kind) => FORMATS[kind];

/** The whole answer as a file, by the service: for queries that are too long for an address. */
export async function download(root, release, text, format) {
  const response = await post(root, "/sparql", release, text, { headers: { Accept: TYPES[format] } });
  if (!response.ok) throw await refusal(response);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(release, format);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export const fileName = (release, format) => `stepway-${release ? `release-${release}-` : ""}answer.${ENDINGS[format] ?? format}`;
