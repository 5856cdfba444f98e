// The names of units in a batch are chosen by typing a part of them; set up when one begins to.

(() => {
  const names = () => [...document.querySelectorAll("#units option")].map((one) => ({ value: one.value, text: one.value }));

  document.addEventListener("focusin", (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-units]") || input.tomselect) return;
    const many = input.dataset.units === "many";
    input.removeAttribute("list");
    const chosen = searched(input, {
      options: names(), delimiter: "、", maxItems: many ? null : 1, maxOptions: 200, create: false,
      plugins: many ? ["remove_button"] : [],
    });
    chosen.focus();
  });
})();
