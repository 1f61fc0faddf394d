// The editor: CodeMirror in a shadow root, whose styles are adopted, so that pages allow no inline style.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--hl-keyword)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--hl-variable)" },
  { tag: [tags.atom, tags.bool, tags.number], color: "var(--hl-number)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--hl-string)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.standard(tags.variableName), tags.function(tags.variableName)], color: "var(--hl-keyword)" },
  { tag: [tags.name, tags.propertyName, tags.typeName, tags.namespace], color: "var(--hl-name)" },
  { tag: tags.link, color: "var(--hl-name)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "0.9375rem", color: "var(--ink)", backgroundColor: "var(--paper)", minHeight: "14rem", maxHeight: "34rem", borderRadius: "0 0 6px 6px" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--ink)", minHeight: "14rem" },
  ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--soft)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hl-line)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--hl-selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--hl-selection)" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "6px", boxShadow: "0 4px 16px rgb(0 0 0 / 18%)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem", maxWidth: "min(44rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.1875rem 0.625rem", lineHeight: "1.4" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--act)", color: "var(--act-ink)" },
  ".cm-completionDetail": { fontStyle: "normal", fontFamily: "var(--sans)", color: "inherit", opacity: "0.85", marginLeft: "1rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.5rem 0.75rem", maxWidth: "22rem", fontFamily: "var(--sans)", fontSize: "0.875rem" },
  ".cm-diagnostic": { padding: "0.375rem 0.75rem", fontFamily: "var(--sans)", fontSize: "0.9375rem", whiteSpace: "pre-wrap", maxWidth: "34rem" },
  ".cm-diagnosticAction": { font: "inherit", fontWeight: "600", color: "var(--act-ink)", backgroundColor: "var(--act)", borderRadius: "4px", padding: "0 0.5rem", margin: "0 0 0 0.5rem", border: "0" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lint-marker": { content: '""', width: "0.625rem", height: "0.625rem", borderRadius: "50%", margin: "0.375rem 0 0 0.125rem" },
  ".cm-lint-marker-error": { content: '""', backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { content: '""', backgroundColor: "var(--warn)", borderRadius: "2px" },
});

// What is typed over coloured text a browser would give that text's look by a style of its own, which the policy of pages
// refuses: so it is put in as an edit of the editor.
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((one) => one(view, from, to, event.data, insert))) view.dispatch(insert());
    return true;
  },
});

/** An editor in `host`. `on.change(text)`, `on.run()`, `on.leave()`; `complete` is a source of completions. */
export function makeEditor(host, { complete, label, on }) {
  const shadow = host.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  shadow.append(place);
  const leave = (view) => {
    if (completionStatus(view.state)) return false;
    on.leave();
    return true;
  };
  const extensions = [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (on.run(), true) }])),
    lineNumbers(), lintGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), indentUnit.of("  "), bracketMatching(), closeBrackets(), highlightActiveLine(),
    StreamLanguage.define(sparql), syntaxHighlighting(colours), look, typing, EditorView.lineWrapping,
    autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
    keymap.of([...completionKeymap, { key: "Escape", run: leave }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) on.change(update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent: place, root: shadow, state: EditorState.create({ extensions }) });

  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    /** Another text with an editing history of its own. */
    open(text) {
      view.setState(EditorState.create({ doc: text, extensions }));
    },
    /** Change the text as an edit that can be undone. */
    replace(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus() {
      view.focus();
    },
    /** Close the list of completions, and stop what would open it. */
    close() {
      closeCompletion(view);
    },
    goTo(line, column) {
      view.dispatch({ selection: { anchor: offset(line, column) }, scrollIntoView: true });
      view.focus();
    },
    /** Another word for the one that begins there. */
    put(line, column, insert) {
      const [from, to] = span(line, column);
      view.dispatch({ changes: { from, to, insert } });
    },
    /** Mark places: [{line, column, severity, message, instead?}]; lines and columns from 1. */
    mark(problems) {
      const found = problems.filter((one) => one.line).map((one) => {
        const [from, to] = span(one.line, one.column);
        const actions = one.instead
          ? [{ name: `Write ${one.instead}`, apply: (at, start, end) => at.dispatch({ changes: { from: start, to: end, insert: one.instead } }) }]
          : [];
        return { from: Math.min(from, view.state.doc.length), to: Math.min(to, view.state.doc.length), severity: one.severity, message: one.message, actions };
      });
      view.dispatch(setDiagnostics(view.state, found.sort((a, b) => a.from - b.from)));
    },
  };

  function span(line, column) {
    const from = offset(line, column);
    const rest = view.state.sliceDoc(from, view.state.doc.lineAt(from).to);
    return [from, from + Math.max(1, rest.match(/^(?:<[^>\s]*>|"[^"]*"(?:@[\w-]+|\^\^(?:<[^>\s]*>|[\w:.-]*\w))?|'[^']*'|[?$]?[\w:.-]*\w|\S)/)?.[0].length ?? 1)];
  }
  function offset(line, column) {
    const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return Math.min(found.from + Math.max((column ?? 1) - 1, 0), found.to);
  }
}
