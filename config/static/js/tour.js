// A tour: a bubble beside one place after the other. Arrows turn, Esc ends it; the page stays as it is.

function placeOf(at) {
  const found = at.startsWith("/")
    ? document.querySelector(`.navbar-vertical a[href="${at}"]`)
    : document.querySelector(`[data-tour="${at}"]`);
  return found && found.getClientRects().length ? found : null;
}

class Tour {
  constructor(stops, opener, texts) {
    this.stops = stops.map((stop) => ({ ...stop, place: placeOf(stop.at) })).filter((stop) => stop.place);
    this.opener = opener;
    this.texts = texts;
    this.number = 0;
  }

  begin() {
    if (!this.stops.length) return false;
    this.bubble = document.createElement("div");
    this.bubble.className = "tour card";
    this.bubble.setAttribute("role", "dialog");
    this.bubble.setAttribute("aria-modal", "false");
    this.bubble.setAttribute("aria-labelledby", "tour-title");
    this.bubble.setAttribute("aria-describedby", "tour-text");
    this.bubble.tabIndex = -1;
    document.body.append(this.bubble);
    this.onKey = (event) => this.key(event);
    this.onMove = () => this.settle();
    document.addEventListener("keydown", this.onKey, true);
    window.addEventListener("resize", this.onMove);
    window.addEventListener("scroll", this.onMove, true);
    this.show(0);
    return true;
  }

  show(number) {
    this.mark(false);
    this.number = number;
    const stop = this.stops[number];
    this.mark(true);
    stop.place.scrollIntoView({ block: "nearest" });
    const last = number === this.stops.length - 1;
    const part = (tag, text, id) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (id) element.id = id;
      return element;
    };
    const button = (text, act, primary) => {
      const element = part("button", text);
      element.type = "button";
      element.className = primary ? "btn btn-primary" : "btn";
      element.addEventListener("click", act);
      return element;
    };
    const buttons = document.createElement("div");
    buttons.className = "btn-list";
    if (number) buttons.append(button(this.texts.back, () => this.show(number - 1)));
    buttons.append(button(last ? this.texts.end : this.texts.next, () => (last ? this.end() : this.show(number + 1)), true));
    if (!last) buttons.append(button(this.texts.skip, () => this.end()));
    const count = part("p", `${number + 1} / ${this.stops.length}`);
    count.className = "text-secondary";
    this.bubble.replaceChildren(count, part("h2", stop.title, "tour-title"), part("p", stop.text, "tour-text"), buttons);
    this.settle();
    this.bubble.focus();
  }

  // Below the place, or above it, and always on the screen.
  settle() {
    const place = this.stops[this.number].place.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.bubble;
    const beside = place.height > innerHeight / 2;
    const left = beside ? place.right + 12 : place.left;
    const below = beside ? Math.max(place.top, 12) + 24 : place.bottom + 12;
    const top = below + height > innerHeight - 8 ? place.top - height - 12 : below;
    this.bubble.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
    this.bubble.style.setProperty("top", `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`);
  }

  mark(on) {
    this.stops[this.number]?.place.classList.toggle("toured", on);
  }

  key(event) {
    const turns = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.end();
    else if (turns && this.stops[this.number + turns]) this.show(this.number + turns);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  end() {
    this.mark(false);
    this.bubble.remove();
    document.removeEventListener("keydown", this.onKey, true);
    window.removeEventListener("resize", this.onMove);
    window.removeEventListener("scroll", this.onMove, true);
    const done = document.querySelector("[data-toured]");
    fetch(done.action, { method: "POST", body: new FormData(done), headers: { Accept: "application/json" } });
    const offer = this.opener.closest("[data-tour-offer]");
    if (location.pathname === "/") offer.remove();
    (document.querySelector('[data-tour="account"] summary') ?? document.body).focus();
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-starts-tour]");
  if (!opener) return;
  const texts = document.querySelector("[data-tour-texts]").dataset;
  const stops = JSON.parse(opener.closest("[data-tour-offer]").dataset.stops);
  if (new Tour(stops, opener, texts).begin()) event.preventDefault();
});
