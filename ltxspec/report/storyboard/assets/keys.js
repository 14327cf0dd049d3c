/* The keyboard. One table is both what keys do and what the help says. */

const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];
const MODES = ["side", "overlay", "wipe", "difference", "blink"];

const KEYS = [
  { keys: [" "], shown: "Space", says: "play or pause", does: () => here()?.toggle() },
  { keys: ["ArrowLeft", ","], shown: "←", says: "one frame back (with Shift: one second)", does: (event) => move(event, -1) },
  { keys: ["ArrowRight", "."], shown: "→", says: "one frame on (with Shift: one second)", does: (event) => move(event, 1) },
  { keys: ["Home"], shown: "Home", says: "first frame", does: () => here()?.goTo(0) },
  { keys: ["End"], shown: "End", says: "last frame", does: () => here()?.goTo(Infinity) },
  { keys: ["j"], shown: "j", says: "next shot", does: () => turn(1) },
  { keys: ["k"], shown: "k", says: "previous shot", does: () => turn(-1) },
  { keys: ["1", "2", "3", "4", "5"], shown: "1 2 3 4 5", says: "side by side, overlay, wipe, difference, blink", does: (event) => change("mode", MODES[event.key - 1]) },
  { keys: ["b"], shown: "b", says: "blink: the other side in the same place", does: blink },
  { keys: ["i", "o"], shown: "i o", says: "in point, out point: between them it loops", does: (event) => here() && mark(here(), event.key === "i" ? "from" : "to") },
  { keys: ["x"], shown: "x", says: "no in and out points", does: () => here() && clearMarks(here()) },
  { keys: ["z"], shown: "z", says: "zoom to 100 %, or back", does: () => here() && flipZoom(here()) },
  { keys: ["+", "=", "-"], shown: "+ -", says: "zoom in, out (drag to pan)", does: (event) => here() && zoomTo(here(), (here().zoom ?? 1) * (event.key === "-" ? 1 / STEP : STEP)) },
  { keys: ["ArrowUp", "ArrowDown"], shown: "Shift ↑ ↓ ← →", says: "move a zoomed picture", when: (event) => event.shiftKey && isZoomed(), does: (event) => panBy(here(), 0, event.key === "ArrowUp" ? 1 : -1) },
  { keys: ["[", "]"], shown: "[ ]", says: "slower, faster", does: (event) => faster(event.key === "]" ? 1 : -1) },
  { keys: ["m"], shown: "m", says: "sound of the after side, or none", does: () => hear(settings.sound || "after") },
  { keys: ["l"], shown: "l", says: "loop", does: () => change("loop", !settings.loop) },
  { keys: ["f"], shown: "f", says: "full screen", does: () => here()?.fill() },
  { keys: ["p"], shown: "p", says: "play all shots in order", needs: "play-all", does: () => document.getElementById("play-all") && playAll() },
  { keys: ["g"], shown: "g", says: "small pictures in a grid, or not", needs: "grid", does: () => document.getElementById("grid")?.click() },
  { keys: ["c"], shown: "c", says: "copy a link to this shot and second", does: copyLink },
  { keys: ["/"], shown: "/", says: "search", does: () => document.getElementById("search").focus() },
  { keys: ["t"], shown: "t", says: "light, dark, or as the system", does: nextTheme },
  { keys: ["?"], shown: "?", says: "this help", does: showHelp },
];

function showHelp() {
  const dialog = document.getElementById("help");
  dialog.showModal();
  dialog.scrollTop = 0;
}

/** A frame, or with Shift a second; or, in a zoomed picture, a step to the side. */
function move(event, direction) {
  const player = here();
  if (!event.shiftKey) player?.step(direction);
  else if (isZoomed()) panBy(player, -direction, 0);
  else player?.skip(direction);
}

const isZoomed = () => here()?.zoom > 1;

function faster(direction) {
  const index = SPEEDS.indexOf(settings.speed) + direction;
  change("speed", SPEEDS[clamp(index, 0, SPEEDS.length - 1)]);
}

/** The player keys act on. */
function here() {
  const shot = activeShot();
  if (shot?.classList.contains("folded")) fold(shot, false);
  const mine = shot ? playersOf(shot) : [];
  for (const player of mine) player.build();
  return mine.find((player) => player.root === rootOf(shot)) ?? mine[0];
}

/** Whether an element wants this key for itself. What a closed dialog held keeps the focus until the page is next drawn. */
function wants(element, key) {
  if (element.closest('input[type="search"], select, dialog[open]')) return true;
  if (key === " ") return element.closest("button, a, summary, input:not([type=range])") !== null;
  return /^(Arrow|Home|End)/.test(key) && element.closest("input") !== null;
}

function listenForKeys() {
  document.getElementById("keys").append(
    ...KEYS.filter(({ needs }) => !needs || document.getElementById(needs)).map(({ shown, says }) => {
      const row = document.createElement("tr");
      row.insertCell().append(...shown.split(" ").map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
      row.insertCell().textContent = says;
      return row;
    }),
  );
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || wants(event.target, event.key)) return;
    const entry = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!entry || (entry.when && !entry.when(event))) return;
    event.preventDefault();
    entry.does(event);
  });
}
