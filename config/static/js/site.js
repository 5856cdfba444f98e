// The smoothing of pages that work without it. Each part finds its own elements by a data attribute.

const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

// A choice that takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// How much waits at each line of the navigation.
async function count() {
  const navigation = document.querySelector("[data-counts]");
  if (!navigation || document.hidden) return;
  const answer = await fetch(navigation.dataset.counts, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const counts = await answer.json();
  each("[data-count]", (badge) => {
    const number = counts[badge.dataset.count] ?? 0;
    badge.hidden = number === 0;
    badge.textContent = number > 999 ? "999+" : number;
  });
}

// Long lists of choices get a search box.
function furnish(within) {
  each("select[data-search]", (select) => {
    if (!select.tomselect) new TomSelect(select, { plugins: select.multiple ? ["remove_button"] : [], maxOptions: 500 });
  }, within);
}

// Forms of steps open in a sheet over the page; without it they are pages of their own.
const sheet = () => document.getElementById("sheet");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-closes-sheet]")) sheet().close();
});

document.addEventListener("htmx:afterSwap", (event) => {
  furnish(event.target);
  if (event.target === sheet() && !sheet().open) {
    sheet().showModal();
    const first = sheet().querySelector("[autofocus], textarea, input:not([type=hidden]), select, button");
    if (first) first.focus();
  }
});

// A click outside an open menu closes it.
document.addEventListener("click", (event) => {
  each("details.menu[open]", (menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") each("details.menu[open]", (menu) => { menu.open = false; });
});

document.addEventListener("DOMContentLoaded", () => {
  furnish(document);
  count();
  setInterval(count, 60000);
});
