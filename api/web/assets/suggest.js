// Everyday names as they are typed: each `input[data-find]` offers what the release holds, by `/find`. What is chosen is
// sent by its id; words that were not chosen are sent as they are, and without script that is all there is.
import accessibleAutocomplete from "accessible-autocomplete";

const AFTER = 180; // milliseconds between the last key and the question

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** @type {NodeListOf<HTMLInputElement>} */
const fields = document.querySelectorAll("input[data-find]");
for (const input of fields) {
  const place = document.createElement("div");
  const sent = document.createElement("input");
  Object.assign(sent, { type: "hidden", name: input.name, value: input.value });
  input.before(place, sent);
  const { id, value, dataset } = input;
  input.remove();
  let waiting = 0;
  let asked = null;

  accessibleAutocomplete({
    element: place,
    id,
    name: "",
    defaultValue: value,
    minLength: 2,
    confirmOnBlur: false,
    displayMenu: "overlay",
    showNoOptionsFound: false,
    source(text, show) {
      clearTimeout(waiting);
      asked?.abort();
      waiting = setTimeout(async () => {
        asked = new AbortController();
        const query = new URLSearchParams({ q: text, limit: "8" });
        for (const kind of dataset.kinds?.split(" ") ?? []) query.append("kind", kind);
        try {
          const reply = await fetch(`${dataset.find}?${query}`, {
            headers: { Accept: "application/json" },
            signal: asked.signal,
          });
          show(reply.ok ? (await reply.json()).items : []);
        } catch {
          // The next key asks again.
        }
      }, AFTER);
    },
    templates: {
      inputValue: (one) => (typeof one === "string" ? one : (one?.label ?? "")),
      suggestion: (one) => (typeof one === "string" ? one : `${escaped(one.label)} <small>${escaped(one.id)}</small>`),
    },
    onConfirm(one) {
      if (one) sent.value = one.id;
    },
  });
  document.getElementById(id).addEventListener("input", (event) => {
    sent.value = /** @type {HTMLInputElement} */ (event.target).value;
  });
}
