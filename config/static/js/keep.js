// Forms marked data-kept save themselves while one types: in this browser at once, on the server
// a moment later. What the browser still has and the server has not is offered when the form opens.

(() => {
  const PREFIX = "kept:";
  const typed = (form) => {
    const fields = new FormData(form);
    const found = [];
    for (const [name, value] of fields) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "key") found.push([name, value]);
    }
    return found;
  };

  function locally(form) {
    try {
      localStorage.setItem(PREFIX + form.dataset.kept, JSON.stringify({ at: Date.now(), fields: typed(form) }));
    } catch { /* the browser keeps nothing: the server's copy is enough */ }
  }

  async function remotely(form) {
    const body = new URLSearchParams(typed(form));
    body.set("path", form.dataset.kept);
    const told = form.querySelector("[data-autosaved]");
    try {
      const answer = await fetch("/kept/", {
        method: "POST", body,
        headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, Accept: "application/json" },
      });
      if (answer.redirected || !answer.ok) throw new Error(answer.status);
      const { saved } = await answer.json();
      if (told) told.textContent = saved;
    } catch {
      if (told) told.textContent = told.dataset.offline ?? "";
    }
  }

  const waiting = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-kept]");
    if (!form) return;
    locally(form);
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => remotely(form), 1500));
  });

  // Sent: the copy in the browser goes once a page without complaint of the form is seen.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-kept]");
    if (!form) return;
    clearTimeout(waiting.get(form));
    locally(form);
    sessionStorage.setItem("sent", form.dataset.kept);
  });

  function settle() {
    const sent = sessionStorage.getItem("sent");
    if (!sent) return;
    const form = document.querySelector(`form[data-kept="${CSS.escape(sent)}"]`);
    if (!form && !location.pathname.startsWith("/accounts/")) {
      localStorage.removeItem(PREFIX + sent);
      sessionStorage.removeItem("sent");
    }
  }

  function offer(form) {
    const kept = JSON.parse(localStorage.getItem(PREFIX + form.dataset.kept) ?? "null");
    const offered = form.querySelector("[data-restores]");
    if (!kept || !offered || form.querySelector("[data-faults]")) return;
    const server = Date.parse(form.dataset.keptAt ?? "") || 0;
    const same = JSON.stringify(kept.fields) === JSON.stringify(typed(form));
    if (same || kept.at < server + 5000 || Date.now() - kept.at > 60 * 24 * 3600 * 1000) return;
    offered.hidden = false;
    offered.querySelector("[data-restore]").addEventListener("click", () => {
      const values = new Map();
      for (const [name, value] of kept.fields) values.set(name, [...(values.get(name) ?? []), value]);
      for (const [name, texts] of values) {
        if (name === "version") continue;
        const parts = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
        parts.forEach((part, at) => {
          if (part.type === "checkbox" || part.type === "radio") part.checked = texts.includes(part.value);
          else if (part.type !== "file" && part.type !== "hidden" && texts[at] !== undefined) part.value = texts[at];
        });
      }
      offered.hidden = true;
    });
    offered.querySelector("[data-forget]").addEventListener("click", () => {
      localStorage.removeItem(PREFIX + form.dataset.kept);
      offered.hidden = true;
    });
  }

  const look = (within) => within.querySelectorAll("form[data-kept]").forEach(offer);
  document.addEventListener("DOMContentLoaded", () => { settle(); look(document); });
  document.addEventListener("htmx:afterSwap", (event) => look(event.target));
})();
