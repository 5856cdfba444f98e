// The smoothing of pages that work without it. Each part finds its own elements by a data attribute.

const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);


// A choice that takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// How much waits at each line of the navigation and in each saved view.
async function count(part) {
  if (document.hidden) return;
  const answer = await fetch(part.dataset.counts, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const counts = await answer.json();
  each("[data-count]", (badge) => {
    const number = counts[badge.dataset.count] ?? 0;
    badge.hidden = number === 0;
    badge.textContent = number > 999 ? "999+" : number;
  }, part);
}

const countAll = () => each("[data-counts]", count);

// Long lists of choices get a search box.
window.searched = (field, options) => new TomSelect(field, {
  clearAfterSelect: true,
  render: { no_results: (_data, escape) => `<div class="no-results">${escape(document.body.dataset.nothingFound)}</div>` },
  ...options,
});

function furnish(within) {
  each("select[data-search]", (select) => {
    if (!select.tomselect) searched(select, { plugins: select.multiple ? ["remove_button"] : [], maxOptions: 500 });
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

// While the server or its database is away, what stands on the page stays. A notice says so, and
// what somebody asked for is asked again once it is back, where doing so twice does no harm.
const outage = { notice: null, again: null };

async function isOver() {
  try {
    const answer = await fetch("/health/", { headers: { Accept: "application/json" } });
    return (await answer.json()).database === "ok";
  } catch {
    return false;
  }
}

function goOnLater({ elt, requestConfig }) {
  const asked = requestConfig?.triggeringEvent;
  if (["change", "click", "submit"].includes(asked?.type)) {
    const isSafe = requestConfig.verb === "get" || elt.querySelector?.("[name=key]");
    outage.again = isSafe && (() => (
      elt.tagName === "FORM" ? elt.requestSubmit(asked.submitter) : htmx.trigger(elt, asked.type)
    ));
  }
  if (outage.notice) return;
  outage.notice = document.createElement("div");
  outage.notice.className = "alert alert-warning";
  outage.notice.role = "alert";
  outage.notice.textContent = document.body.dataset.away;
  (elt.closest("form") ?? elt.closest("dialog[open]") ?? document.getElementById("toasts")).prepend(outage.notice);
  setTimeout(waitForTheEnd, 5000);
}

async function waitForTheEnd() {
  if (!await isOver()) {
    setTimeout(waitForTheEnd, 5000);
    return;
  }
  const { notice, again } = outage;
  outage.notice = outage.again = null;
  if (again) {
    notice.remove();
    again();
  } else {
    notice.textContent = document.body.dataset.back;
    setTimeout(() => notice.remove(), 10000);
  }
}

document.addEventListener("htmx:sendError", (event) => goOnLater(event.detail));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 503) goOnLater(event.detail);
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
  countAll();
  setInterval(countAll, 60000);
});

// Texts that grow with what is typed, and rows that can be added.
function grow(area) {
  area.rows = Math.min(30, Math.max(3, area.value.split("\n").length + Math.floor(area.value.length / 60)));
}

document.addEventListener("input", (event) => { if (event.target.matches("[data-grows]")) grow(event.target); });

document.addEventListener("click", (event) => {
  const text = event.target.closest("[data-adds-text]");
  if (text) {
    const list = text.parentElement.querySelector("[data-texts]");
    const item = list.lastElementChild.cloneNode(true);
    item.querySelector("textarea").value = "";
    list.append(item);
    item.querySelector("textarea").focus();
  }
  const adds = event.target.closest("[data-adds-row]");
  if (adds) addRow(adds.parentElement.querySelector("[data-rows]"));
  const drops = event.target.closest("[data-drops-row]");
  if (drops) drops.closest("[data-row]").remove();
});

// A row is named by a number that no row has yet; rows within it are numbered for themselves.
function addRow(rows) {
  const numbers = [...rows.querySelectorAll(":scope > [data-row] [name]")]
    .map((part) => part.name.slice(rows.dataset.rows.length).match(/^\[(\d+)\]/))
    .map((found) => (found ? Number(found[1]) : -1));
  const number = Math.max(-1, ...numbers) + 1;
  const template = rows.querySelector(":scope > template");
  const added = template.content.cloneNode(true);
  numberRow(added, number);
  template.before(added);
  furnish(rows);
}

function numberRow(part, number) {
  each("*", (element) => {
    for (const name of ["name", "data-rows", "data-adds-row", "value"]) {
      const value = element.getAttribute(name);
      if (value?.includes("[#]")) element.setAttribute(name, value.replace("[#]", `[${number}]`));
    }
    for (const name of ["id", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value?.startsWith("id-")) element.setAttribute(name, `${value}-${number}`);
    }
    if (element.tagName === "TEMPLATE") numberRow(element.content, number);
  }, part);
}
