// The button that prints the page: without script there is none, since it would do nothing.
/** @type {HTMLButtonElement | null} */
const button = document.querySelector("[data-print]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
