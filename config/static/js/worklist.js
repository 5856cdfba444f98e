// A worklist by keyboard, and choosing many of its rows.

(() => {
  const lines = () => [...document.querySelectorAll("[data-worklist] [data-line]")];
  let current = -1;

  function go(to) {
    const all = lines();
    if (!all.length) return;
    current = Math.max(0, Math.min(all.length - 1, to));
    all.forEach((line, at) => line.toggleAttribute("data-current", at === current));
    const link = all[current].querySelector("[data-open]");
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }

  window.tianKeys?.add("j", () => go(current + 1), "down");
  window.tianKeys?.add("k", () => go(current - 1), "up");
  window.tianKeys?.add("x", () => {
    const box = lines()[current]?.querySelector("[name=rows]");
    if (box) box.click();
  }, "choose");
  window.tianKeys?.add("f", () => {
    const filters = document.querySelector("details.filters");
    if (!filters) return;
    filters.open = true;
    filters.querySelector("input, select, textarea")?.focus();
  }, "filter");

  function chosen() {
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const number = document.querySelectorAll("[data-worklist] [name=rows]:checked").length;
    const everything = bar.querySelector("[data-everything]").checked;
    bar.querySelector("[data-chosen]").textContent = number;
    bar.classList.toggle("chosen", number > 0 || everything);
  }

  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-worklist] [name=rows]")) return;
    const boxes = [...document.querySelectorAll("[data-worklist] [name=rows]")];
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
      boxes.slice(from, to + 1).forEach((between) => { between.checked = box.checked; });
    }
    last = box;
    chosen();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-worklist] [data-all]")) {
      document.querySelectorAll("[data-worklist] [name=rows]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-all], [data-everything]")) chosen();
  });
})();
