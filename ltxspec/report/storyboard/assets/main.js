/* Puts the page to work. */

document.documentElement.classList.add("scripted");
const bar = find(document, ".bar");
const shots = all(document, ".shot");
let isAtWork = false;
browserAnswers.then(start);

function start() {
  setTheme(rememberedTheme());
  document.getElementById("theme").addEventListener("click", nextTheme);
  document.getElementById("help-button").addEventListener("click", showHelp);
  measureBar();
  new ResizeObserver(measureBar).observe(bar);
  for (const shot of shots.slice(0, 3)) mount(shot); // their pictures are on the page already
  listenForReview(shots);
  listenForFilters(shots);
  listenForActive();
  listenForKeys();
  listenForWords();
  listenForPrinting();
  listenForArranging();
  document.getElementById("play-all")?.addEventListener("click", playAll);
  watch(shots);
  listenForLinks();
  listenForThumbnails();
  activeShot();
  isAtWork = true;
}

function measureBar() {
  document.documentElement.style.setProperty("--bar", getComputedStyle(bar).position === "sticky" ? `${bar.offsetHeight}px` : "0px");
}
