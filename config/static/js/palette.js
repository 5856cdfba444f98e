// Ctrl+K opens the palette; arrows choose, Enter goes.

(() => {
  const palette = () => document.getElementById("palette");
  const input = () => document.getElementById("palette-q");

  function open() {
    palette().showModal();
    input().value = "";
    htmx.trigger(input(), "opened");
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette()) {
      event.preventDefault();
      if (palette().open) palette().close(); else open();
      return;
    }
    if (event.target !== input()) return;
    const options = [...palette().querySelectorAll("[role=option]")];
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      const next = (now + step + options.length) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", at === next));
      options[next].scrollIntoView({ block: "nearest" });
      input().setAttribute("aria-activedescendant", options[next].id);
    }
    if (event.key === "Enter" && options[now]) {
      event.preventDefault();
      location.assign(options[now].querySelector("a").href);
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target === palette()) palette().close();
  });
})();
