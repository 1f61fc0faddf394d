// Tabs of queries: kept in this browser alone, renamed, closed and brought back by keyboard as well as by mouse.

const KEY = "stepway.query.tabs";

/** Tabs in `list` (a tablist). `on.open(tab)` when another is chosen. Each tab is {id, name, text}. */
export class Tabs {
  constructor(list, panel, on) {
    this.list = list;
    this.panel = panel;
    this.on = on;
    this.tabs = [];
    this.closed = null;
    const kept = read();
    if (kept) Object.assign(this, kept);
    list.addEventListener("keydown", (event) => this.key(event));
  }

  get current() {
    return this.tabs.find((one) => one.id === this.active);
  }

  add(text, name) {
    const id = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
    const names = new Set(this.tabs.map((one) => one.name));
    let free = name;
    for (let number = 1; !free || (names.has(free) && number < 1000); number += 1) free = name ? `${name} ${number + 1}` : names.has(`Query ${number}`) ? "" : `Query ${number}`;
    this.tabs.push({ id, name: free, text });
    this.open(id);
  }

  open(id, focus = false) {
    this.active = id;
    this.keep();
    this.draw();
    this.on.open(this.current);
    if (focus) this.list.querySelector("[aria-selected=true]").focus();
  }

  write(text) {
    if (!this.current || this.current.text === text) return;
    this.current.text = text;
    this.keep();
  }

  rename(name) {
    if (name.trim()) this.current.name = name.trim().slice(0, 60);
    this.keep();
    this.draw();
  }

  close() {
    const at = this.tabs.indexOf(this.current);
    this.closed = { tab: this.tabs[at], at };
    this.tabs.splice(at, 1);
    if (!this.tabs.length) this.add("", "");
    else this.open(this.tabs[Math.min(at, this.tabs.length - 1)].id);
  }

  restore() {
    if (!this.closed) return;
    this.tabs.splice(this.closed.at, 0, this.closed.tab);
    this.open(this.closed.tab.id);
    this.closed = null;
  }

  forget() {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Nothing was kept.
    }
    this.forgetting = true;
  }

  keep() {
    if (this.forgetting) return;
    try {
      localStorage.setItem(KEY, JSON.stringify({ tabs: this.tabs, active: this.active }));
    } catch {
      // Storage is full or not allowed: the tabs live as long as the page.
    }
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.tabs.indexOf(this.current);
    const to = step ? at + step : event.key === "Home" ? 0 : event.key === "End" ? this.tabs.length - 1 : null;
    if (to === null) {
      if (event.key === "F2") this.on.rename();
      if (event.key === "Delete" && this.tabs.length > 1) this.on.close();
      return;
    }
    event.preventDefault();
    this.open(this.tabs[(to + this.tabs.length) % this.tabs.length].id, true);
  }

  draw() {
    this.list.replaceChildren(...this.tabs.map((one) => {
      const button = document.createElement("button");
      const chosen = one.id === this.active;
      Object.assign(button, { type: "button", id: `tab-${one.id}`, textContent: one.name, tabIndex: chosen ? 0 : -1 });
      button.setAttribute("role", "tab");
      button.setAttribute("aria-selected", String(chosen));
      button.setAttribute("aria-controls", this.panel.id);
      button.addEventListener("click", () => this.open(one.id, true));
      button.addEventListener("dblclick", () => this.on.rename());
      return button;
    }));
    this.panel.setAttribute("aria-labelledby", `tab-${this.active}`);
  }
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    const tabs = kept.tabs.filter((one) => typeof one.text === "string" && typeof one.name === "string" && typeof one.id === "string");
    if (!tabs.length) return null;
    return { tabs, active: tabs.some((one) => one.id === kept.active) ? kept.active : tabs[0].id };
  } catch {
    return null;
  }
}
