/* Puts the page to work. */

document.documentElement.classList.add("scripted");
setTheme(rememberedTheme());
document.getElementById("theme").addEventListener("click", nextTheme);
document.getElementById("help-button").addEventListener("click", () => document.getElementById("help").showModal());

const bar = find(document, ".bar");
const measureBar = () => document.documentElement.style.setProperty("--bar", getComputedStyle(bar).position === "sticky" ? `${bar.offsetHeight}px` : "0px");
measureBar();
new ResizeObserver(measureBar).observe(bar);

const shots = all(document, ".shot");
for (const root of all(document, ".player")) {
  if (!(root.dataset.player in DATA.players)) continue; // nothing of it can be played
  const player = new Player(root, DATA.players[root.dataset.player]);
  players.push(player);
  ofShot.set(root.closest(".shot"), [...playersOf(root.closest(".shot")), player]);
}
for (const shot of shots) addThumbnail(shot);
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
activeShot();

/** The list shows a shot by a still that is on the page already. */
function addThumbnail(shot) {
  const still = all(shot, ".still img").at(-2); // the middle one of the last strip
  if (!still) return;
  const picture = Object.assign(new Image(), { src: still.src, alt: "", decoding: "async" });
  find(document, `.list [data-shot="${shot.dataset.number}"] a`).append(picture);
}

