// Before anything is painted: follow the system unless a theme was chosen.
(() => {
  const root = document.documentElement;
  const chosen = root.dataset.bsTheme;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  if (!chosen) {
    follow();
    dark.addEventListener("change", follow);
  }
  root.classList.add("scripted");
})();
