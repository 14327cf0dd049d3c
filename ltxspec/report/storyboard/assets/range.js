/* In and out points: between them a player loops, for as long as they are set. */

/** First and last frame that play. */
const spanOf = (player) => ({ first: player.from ?? 0, last: player.to ?? player.frames - 1, marked: player.from !== null || player.to !== null });

/** Set the in point ("from") or the out point ("to") at the frame in view; the same point again takes it away. */
function mark(player, name) {
  player[name] = player[name] === player.frame ? null : player.frame;
  if (player.from !== null && player.to !== null && player.from > player.to) player[name === "from" ? "to" : "from"] = null;
  showMarks(player);
}

function clearMarks(player) {
  player.from = player.to = null;
  showMarks(player);
}

function showMarks(player) {
  const { first, last, marked } = spanOf(player);
  const marks = display(player.root, "marks");
  marks.hidden = !marked;
  marks.style.setProperty("--from", first / Math.max(1, player.frames - 1));
  marks.style.setProperty("--to", last / Math.max(1, player.frames - 1));
  const points = { from: ["in", "Set in point"], to: ["out", "Set out point"] };
  for (const [name, [does, says]] of Object.entries(points)) {
    const at = player[name];
    const button = control(player.root, does);
    button.setAttribute("aria-pressed", at !== null);
    button.setAttribute("aria-label", at === null ? says : `${says.replace("Set ", "")}, ${(at / player.fps).toFixed(2)} seconds`);
  }
}

function listenForMarks(player) {
  control(player.root, "in").addEventListener("click", () => mark(player, "from"));
  control(player.root, "out").addEventListener("click", () => mark(player, "to"));
}
