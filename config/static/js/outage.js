// The page of an outage with a form: looks whether the database is back, then sends the form again
// where doing so twice does no harm, or says that it can be sent.

(() => {
  const PAUSE = 5000;
  const form = document.querySelector("[data-outage]");
  const told = form.querySelector("[data-outage-is-over]");

  async function isOver() {
    try {
      const answer = await fetch("/health/", { headers: { Accept: "application/json" } });
      return (await answer.json()).database === "ok";
    } catch {
      return false;
    }
  }

  async function look() {
    if (!await isOver()) return setTimeout(look, PAUSE);
    if (form.dataset.outage === "again") return form.submit();
    told.textContent = told.dataset.outageIsOver;
    return form.querySelector("button").focus();
  }

  setTimeout(look, PAUSE);
})();
