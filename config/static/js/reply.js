// Writing a reply: phrases go in where one was typing; which suggestions are unanswered is told at once.

(() => {
  const form = document.querySelector("[data-reply]");
  if (!form) return;
  let area = form.querySelector("textarea");

  form.addEventListener("focusin", (event) => { if (event.target.matches("textarea")) area = event.target; });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-inserts]");
    if (!button || !area) return;
    const text = button.closest("details").querySelector("[data-phrase-text]").textContent;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  function check() {
    const untold = [];
    form.querySelectorAll("[data-point]").forEach((row) => {
      const told = row.querySelector("textarea").value.trim() !== "";
      row.querySelector("[data-told]").hidden = !told;
      row.querySelector("[data-untold]").hidden = told;
      if (!told) untold.push(row.dataset.point);
    });
    const line = document.querySelector("[data-untold-count]");
    if (line && form.querySelector("[data-point]")) {
      const said = untold.length ? line.dataset.some + untold.join("、") : line.dataset.all;
      if (line.textContent !== said) line.textContent = said;
    }
  }

  // Phrases that suit another class of results step back.
  function suit() {
    const chosen = form.querySelector("[name=result_class]")?.value ?? "";
    document.querySelectorAll("[data-phrases] [data-for]").forEach((phrase) => {
      phrase.hidden = Boolean(chosen && phrase.dataset.for && phrase.dataset.for !== chosen);
    });
  }

  form.addEventListener("input", check);
  form.addEventListener("change", (event) => { check(); if (event.target.name === "result_class") suit(); });
  form.querySelectorAll("textarea[data-grows]").forEach((one) => window.grow?.(one));
  check();
  suit();
})();
