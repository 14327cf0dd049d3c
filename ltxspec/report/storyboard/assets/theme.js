/* Light, dark, or as the system has it. */

const THEMES = ["auto", "light", "dark"];

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  find(document, "#theme span").textContent = `Theme: ${name}`;
  keep("ltxspec-theme", name);
}

function rememberedTheme() {
  const name = kept("ltxspec-theme");
  return THEMES.includes(name) ? name : "auto";
}

function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length]);
}

/** On paper, what is folded into the head is read as well, and all shots have their pictures. */
function listenForPrinting() {
  let opened = [];
  matchMedia("print").addEventListener("change", ({ matches }) => matches && shots.forEach(mountAll));
  addEventListener("beforeprint", () => {
    shots.forEach(mountAll);
    opened = all(document, ".head details:not([open])");
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
}
