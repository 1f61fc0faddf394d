// The query page. Without this script the page is a form that the server answers; with it, the form becomes an editor.

import { completions, withPrefixes } from "./complete.js";
import { makeEditor } from "./editor.js";
import { draw, element, sized } from "./results.js";
import { Refused, ask, check, download, fileName, formatsOf, namesOf } from "./run.js";
import { Tabs } from "./tabs.js";
import { Names } from "./terms.js";

const given = JSON.parse(document.getElementById("page-data").textContent);
/** @type {(id: string) => any} */
const at = (id) => document.getElementById(id);
/** @type {(selector: string) => any[]} */
const every = (selector) => [...document.querySelectorAll(selector)];
const names = new Names(given.prefixes, given.root, given.release);
const count = new Intl.NumberFormat("en-GB");
const seconds = (value) => `${value.toLocaleString("en-GB", { maximumFractionDigits: value < 1 ? 2 : 1 })} seconds`;

let running = null;
let answered = null;
const answers = new Map();
let view = "table";
let problems = [];
let warned = [];
let clock = 0;

// What the release holds, for completion and the form: read once, when somebody first needs it.
let profiling = null;
function getProfile() {
  profiling ??= fetch(`${given.root}/sparql/profile${given.release ? `?release=${given.release}` : ""}`, { headers: { Accept: "application/json" } })
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  return profiling;
}

const textarea = at("query");
const editor = makeEditor(at("editor"), {
  label: "SPARQL query. Tab moves on, Escape leaves the editor, Control and Space completes, Control and Enter runs.",
  complete: completions(names, getProfile),
  on: {
    change(text) {
      tabs.write(text);
      problems = [];
      later(text);
      tellAge();
    },
    run: () => run(),
    leave: () => at("run").focus(),
  },
});

const tabs = new Tabs(at("tabs"), at("panel"), {
  open(tab) {
    editor.open(tab.text);
    problems = [];
    later(tab.text);
    answered = answers.get(tab.id) ?? null;
    at("problem").hidden = true;
    at("results").hidden = !answered;
    tellAge();
    if (answered) {
      tell(about(answered.answer));
      showAnswer();
    } else tell("");
  },
  rename: () => rename(),
  close: () => closeTab(),
});

// The check before the run: it warns, and stops nothing.
let checking = null;
let waiting = 0;
function later(text, soon = 700) {
  clearTimeout(waiting);
  checking?.abort();
  warned = [];
  tellChecks();
  if (!text.trim()) return;
  waiting = setTimeout(async () => {
    checking = new AbortController();
    const found = await check(given.root, given.release, text, checking.signal).catch(() => null);
    if (!found || text !== editor.text) return;
    warned = (found.warnings ?? []).map((one) => ({ severity: "warning", line: one.line, column: one.column, message: one.message, instead: one.suggestion, empties: one.empties }));
    if (found.syntax) warned.unshift({ severity: "error", line: found.syntax.line, column: found.syntax.column, message: found.syntax.detail, instead: found.syntax.suggestion });
    tellChecks();
  }, soon);
}

function tellChecks() {
  editor.mark([...problems, ...warned.filter((one) => !problems.length || one.severity === "warning")]);
  const shown = warned.filter((one) => one.severity === "warning");
  const place = at("checks");
  place.hidden = !shown.length;
  place.replaceChildren();
  if (!shown.length) return;
  const items = shown.map((one) => {
    const item = element("li", {}, `${one.message} `);
    if (one.line) item.append(action(`Go to line ${one.line}`, () => editor.goTo(one.line, one.column)));
    if (one.line && one.instead) item.append(" ", action(`Write ${one.instead}`, () => (editor.put(one.line, one.column, one.instead), editor.focus())));
    return item;
  });
  const said = shown.some((one) => one.empties) ? "a part of this can match nothing" : "a doubt";
  const before = answered?.text === editor.text ? "Of the query that was answered" : "Before you run it";
  place.append(element("strong", {}, `${before}: ${said}`), element("ul", {}, ...items));
}

// Whether the answer and its downloads are those of the text in the editor.
function tellAge() {
  const place = at("old-answer");
  const old = Boolean(answered) && answered.text !== editor.text;
  if (place.hidden !== old) return;
  place.hidden = !old;
  place.replaceChildren();
  if (!old) return;
  place.append("This is the answer to the query as it was before you changed it, and so are the downloads. ",
    action("Bring that query back", () => (editor.replace(answered.text), editor.focus())));
}

// Running and stopping.
async function run() {
  const text = editor.text;
  if (!text.trim()) {
    tell("Write a query first, or choose an example.");
    return;
  }
  editor.close();
  at("shared").hidden = true;  // its link asks what was written before
  running?.abort();
  const tab = tabs.active;
  const mine = (running = new AbortController());
  const began = performance.now();
  busy(true);
  tell("Running.");
  clock = setInterval(() => (at("clock").textContent = ` ${Math.round((performance.now() - began) / 1000)} s`), 1000);
  problems = [];
  remember(text);
  try {
    const answer = await ask(given.root, given.release, text, mine.signal);
    answers.set(tab, { answer, text });
    if (tab !== tabs.active) {
      tell(`“${tabs.tabs.find((one) => one.id === tab)?.name ?? "The closed tab"}” has its answer.`);
      return;
    }
    answered = answers.get(tab);
    tellAge();
    tellChecks();
    tell(about(answer));
    at("problem").hidden = true;
    names.names = new Map();
    await showAnswer();
    addNames(answer);
  } catch (error) {
    if (mine !== running) return;
    answers.delete(tab);
    if (tab === tabs.active) {
      answered = null;
      at("results").hidden = true;
    }
    const took = seconds((performance.now() - began) / 1000);
    if (error.name === "AbortError") tell(`Stopped after ${took}. Nothing is shown, because the query did not run to its end.`);
    else failed(error, took);
  } finally {
    if (mine === running) {
      running = null;
      busy(false);
    }
  }
}

const about = (answer) => `${sized(answer)} ${seconds(answer.seconds)}, release ${given.release}.`;

function busy(yes) {
  clearInterval(clock);
  at("clock").textContent = "";
  const focused = document.activeElement === at("stop");
  at("stop").hidden = !yes;
  at("run").textContent = yes ? "Run again" : "Run";
  if (focused && !yes) at("run").focus();
}

function tell(words) {
  at("said").textContent = words;
}

function failed(error, took) {
  const said = error instanceof Refused ? error.problem : { title: "The service cannot be reached", detail: "Nothing was answered. Try again.", hint: "" };
  const place = at("problem");
  const where = said.line ? `Line ${said.line}, column ${said.column ?? 1}: ` : "";
  tell(`No answer after ${took}.`);
  place.replaceChildren(element("h2", {}, said.title ?? "The query was not answered"), element("p", {}, `${where}${said.detail ?? ""}`));
  if (said.line) {
    const line = editor.text.split("\n")[said.line - 1];
    if (line !== undefined) place.append(element("pre", {}, `${line}\n${" ".repeat(Math.max((said.column ?? 1) - 1, 0))}^`));
  }
  if (said.hint) place.append(element("p", {}, said.hint));
  const actions = element("p", { className: "run" });
  if (said.line) actions.append(action(`Go to line ${said.line}`, () => editor.goTo(said.line, said.column)));
  const mended = withPrefixes(editor.text, given.prefixes);
  if (mended !== editor.text) actions.append(action("Add the missing PREFIX lines", () => (editor.replace(mended), editor.focus())));
  if (actions.childElementCount) place.append(actions);
  place.hidden = false;
  problems = said.line ? [{ severity: "error", line: said.line, column: said.column, message: said.detail, instead: said.suggestion }] : [];
  tellChecks();
}

function action(words, act) {
  const made = element("button", { type: "button", className: "button-plain button-small" }, words);
  made.addEventListener("click", act);
  return made;
}

async function showAnswer() {
  const { answer } = answered;
  at("results").hidden = false;
  at("views").hidden = answer.kind === "truth" || !answer.rows.length;
  downloads();
  await draw(at("shown"), at("views").hidden ? "table" : view, answer, names, at("with-names").checked);
}

async function addNames(answer) {
  const iris = new Set();
  for (const row of answer.rows) for (const term of row) if (term?.kind === "iri" && iris.size < 400) iris.add(term.value);
  if (!iris.size || !at("with-names").checked) return;
  try {
    const found = await namesOf(given.root, given.release, [...iris].filter((one) => !/[<>"{}|\\^`\s]/.test(one)), AbortSignal.timeout(8000));
    if (answered?.answer !== answer) return;
    names.names = found;
    if (found.size) await showAnswer();
  } catch {
    // Names are an extra: the addresses are shown.
  }
}

function downloads() {
  const { answer, text } = answered;
  at("downloads").replaceChildren(element("span", {}, answer.whole && answer.total <= answer.rows.length ? "Download:" : "Download all:"), ...formatsOf(answer.kind).map(([words, format]) => {
    const address = `${given.root}/sparql?${new URLSearchParams({ query: text, release: given.release, format })}`;
    const link = element("a", { href: address, download: fileName(given.release, format) }, words);
    if (address.length > given.longest) {
      link.href = "#results";
      link.addEventListener("click", (event) => {
        event.preventDefault();
        download(given.root, given.release, text, format).catch((error) => failed(error, "the download"));
      });
    }
    return link;
  }));
}

// Addresses: one for each query that was run, pinned to the release. What is too long for a request stays in the fragment.
function addressOf(text) {
  const found = `${given.root}/sparql?${new URLSearchParams({ query: text, release: given.release })}`;
  return found.length <= given.longest ? found : `${given.root}/sparql?release=${given.release}#${new URLSearchParams({ query: text })}`;
}

function remember(text) {
  const address = addressOf(text);
  const state = { tab: tabs.active, text };
  if (address === location.pathname + location.search + location.hash) history.replaceState(state, "");
  else history.pushState(state, "", address);
}

function fromAddress() {
  return new URLSearchParams(location.search).get("query") ?? new URLSearchParams(location.hash.slice(1)).get("query");
}

function arrive(text, name) {
  const same = tabs.tabs.find((one) => one.text === text);
  const empty = tabs.tabs.find((one) => !one.text.trim());
  if (same) tabs.open(same.id);
  else if (empty) {
    empty.text = text;
    if (name) empty.name = name;
    tabs.open(empty.id);
  } else tabs.add(text, name);
}

window.addEventListener("popstate", () => {
  const text = fromAddress();
  if (text === null) return;
  running?.abort();
  const tab = tabs.tabs.find((one) => one.id === history.state?.tab);
  if (tab) {
    tab.text = text;
    tabs.open(tab.id);
  } else arrive(text);
  run();
});

async function share() {
  const link = new URL(addressOf(editor.text), location.href).href;
  const place = at("shared");
  place.hidden = false;
  at("share-link").value = link;
  at("share-cite").textContent = `Stepway, release ${given.release} of ${given.day} (content ${given.hash}), answer to the query at ${link}`;
  at("share-link").select();
  const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
  tell(copied ? "The link is copied. It asks the same release for ever." : "The link is ready to copy.");
}

// Tabs.
function rename() {
  const form = at("rename");
  form.hidden = false;
  at("rename-to").value = tabs.current.name;
  at("rename-to").select();
  at("rename-to").focus();
}

at("rename").addEventListener("submit", (event) => {
  event.preventDefault();
  tabs.rename(at("rename-to").value);
  at("rename").hidden = true;
  at("tabs").querySelector("[aria-selected=true]").focus();
});
at("rename").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  at("rename").hidden = true;
  at("tab-rename").focus();
});

function closeTab() {
  const { name } = tabs.current;
  tabs.close();
  at("tabs").querySelector("[aria-selected=true]").focus();
  tell(`“${name}” is closed. `);
  const undo = action("Bring it back", () => (tabs.restore(), tell("")));
  at("said").append(undo);
}

// Wiring.
for (const one of every("[data-scripted]")) one.hidden = false;
for (const one of every("[data-plain]")) one.hidden = true;
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("stop").addEventListener("click", () => running?.abort());
at("share").addEventListener("click", share);
at("tab-new").addEventListener("click", () => (tabs.add("", ""), editor.focus()));
at("tab-rename").addEventListener("click", rename);
at("tab-close").addEventListener("click", closeTab);
at("forget").addEventListener("click", () => {
  tabs.forget();
  tell("This browser keeps nothing of these tabs any more; what you see goes when you leave the page.");
});
at("release").addEventListener("change", (event) => {
  location.assign(addressOf(editor.text).replace(`release=${given.release}`, `release=${event.target.value}`));
});
at("with-names").addEventListener("change", async () => {
  if (!answered) return;
  await showAnswer();
  if (!names.names.size) addNames(answered.answer);
});
for (const one of every("input[name=view]")) {
  one.addEventListener("change", () => {
    view = one.value;
    if (answered) showAnswer();
  });
  if (one.checked) view = one.value;
}
at("editor").addEventListener("focusin", getProfile, { once: true });
const building = {
  use(text, name) {
    arrive(text, name);
    tell("The query of the form is in the editor.");
    at("ask").scrollIntoView({ block: "nearest" });
  },
  run(text, name) {
    arrive(text, name);
    run();
  },
};
at("builder").addEventListener("toggle", async () => (await import("./builder.js")).wireBuilder(names, getProfile, building), { once: true });

if (matchMedia("(min-width: 68rem)").matches) every(".ask-side details")[0].open = true;
textarea.removeAttribute("name");
const asked = fromAddress();
if (asked !== null) {
  if (tabs.tabs.length) {
    arrive(asked, "Shared query");
  } else tabs.add(asked, "Shared query");
  run();
} else if (given.example) {
  arrive(given.example.query, given.example.name.slice(0, 40));
  tell(`“${given.example.name}” is in the editor. Run it, or change it first.`);
} else if (tabs.tabs.length) tabs.open(tabs.active);
else tabs.add(given.first, "");
document.documentElement.dataset.ready = "yes";
