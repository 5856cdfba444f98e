// Single keys, never inside a field; "?" lists them. A page adds its own with tianKeys.add.

window.tianKeys = (() => {
  const known = new Map();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const key = known.get(event.key);
    const link = key ? null : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!key && !link) return;
    event.preventDefault();
    if (key) key.act();
    else link.click();
  });

  return {
    known,
    // `name` is that of the text in #key-help that says what the key does.
    add(key, act, name) { known.set(key, { act, name }); },
  };
})();

tianKeys.add("?", () => {
  const help = document.getElementById("key-help");
  if (!help) return;
  help.querySelectorAll("[data-key-name]").forEach((line) => {
    line.hidden = ![...tianKeys.known.values()].some((key) => key.name === line.dataset.keyName)
      && !document.querySelector(`[data-key="${CSS.escape(line.dataset.keyName)}"]`);
  });
  help.showModal();
}, "help");
