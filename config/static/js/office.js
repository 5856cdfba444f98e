// The reading desk and the merge desk: fields that belong to a choice, the same passages, focus.

(() => {
  // A field is there for some answers to another one; what is not there is not sent.
  function reveal(form) {
    form.querySelectorAll("[data-shown-on]").forEach((part) => {
      const name = CSS.escape(part.dataset.shownOn);
      const chosen = form.querySelector(`[name="${name}"]:checked, select[name="${name}"]`)?.value ?? "";
      const shown = part.dataset.shownFor.split(" ").includes(chosen);
      part.hidden = !shown;
      part.querySelectorAll("input, select, textarea").forEach((field) => { field.disabled = !shown; });
    });
  }

  // Similar proposals can be put down in an opinion while there is one being written.
  function joining() {
    const form = document.querySelector("form#step");
    const open = form?.querySelector("[name=outcome]") != null;
    document.querySelectorAll("[data-joins-review]").forEach((label) => {
      label.hidden = !open;
      label.querySelector("input").disabled = !open;
    });
  }

  function look() {
    document.querySelectorAll("form[data-step]").forEach(reveal);
    joining();
  }

  const first = (panel) => panel.querySelector(
    "input[type=radio]:checked, input[type=radio], textarea, select, input:not([type=hidden])",
  )?.focus();

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-step]");
    if (form) reveal(form);
  });

  // The decision that is open already only takes the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-decision]");
    if (!link?.hasAttribute("aria-current")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first(document.getElementById("decide"));
  }, true);

  document.addEventListener("htmx:afterSwap", (event) => {
    look();
    if (event.target.id !== "decide") return;
    const asked = event.detail.requestConfig?.elt;
    if (asked?.matches("[data-decision]")) {
      document.querySelectorAll("[data-decision]").forEach((link) => {
        if (link === asked) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    }
    if (!event.target.querySelector("[data-faults]")) first(event.target);
    else event.target.querySelector("[data-faults]").focus();
  });

  document.addEventListener("DOMContentLoaded", look);

  // A long reason is sent without leaving it: Ctrl+Enter.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form[data-step]");
    if (form) { event.preventDefault(); form.requestSubmit(); }
  });

  // Pointing at a passage shows where the others have it; a click goes there.
  function point(mark, on) {
    document.querySelectorAll(`mark[data-same="${CSS.escape(mark.dataset.same)}"]`).forEach((other) => other.classList.toggle("pointed", on));
  }

  for (const [kind, on] of [["mouseover", true], ["mouseout", false]]) {
    document.addEventListener(kind, (event) => {
      const mark = event.target.closest?.("mark[data-same]");
      if (mark) point(mark, on);
    });
  }

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("mark[data-same]");
    if (!mark) return;
    document.querySelectorAll(`mark[data-same="${CSS.escape(mark.dataset.same)}"]`).forEach((other) => {
      if (other !== mark) other.scrollIntoView({ block: "nearest" });
    });
  });
})();
