// The editor: how long each part is, and citing a similar proposal as a source.

(() => {
  const signs = (part) => [...part.querySelectorAll("input[type=text], textarea")]
    .reduce((sum, field) => sum + [...field.value].length, 0);

  function count(part) {
    const limit = Number(part.dataset.limit);
    const length = signs(part);
    const told = part.querySelector("[data-count]");
    told.textContent = limit ? `${length} / ${limit}` : `${length}`;
    told.classList.toggle("fault", limit > 0 && length > limit);
  }

  const countAll = () => document.querySelectorAll("[data-counted]").forEach(count);
  document.addEventListener("DOMContentLoaded", countAll);
  document.addEventListener("input", (event) => {
    const part = event.target.closest("[data-counted]");
    if (part) count(part);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cites]");
    if (!button) return;
    const source = document.getElementById("id-background");
    if (!source.value.includes(button.dataset.cites)) {
      source.value = `${source.value}${source.value ? "\n" : ""}${button.dataset.cites}`;
      source.dispatchEvent(new Event("input", { bubbles: true }));
    }
    source.focus();
  });
})();
