/* Moments of the videos that are shown: what is not as expected, and what was said, on the time line and by name. */

/** [{side, at, until, words, kind}] of the videos on a player's sides, the earliest first. */
function flagsOf(player) {
  const shot = player.root.closest(".shot");
  const on = onSides(shot, player.root);
  return player.clips.flatMap(({ side }) => {
    const [task, result] = (on[side] ?? "").split("/");
    const found = takeOf(shot, task)?.results[result - 1];
    const unmet = (found?.passages ?? []).map(([kind, at, until]) => ({ side, at, until, kind: "unmet", words: `${kind} ${placeWords({ at, until })}` }));
    const said = found ? saidOf(task) : NOTHING;
    const notes = [...said.verdicts, ...said.notes].filter((one) => one.at !== null).map((one) => ({ side, at: one.at, until: one.until ?? one.at, kind: "note", words: "" }));
    return [...unmet, ...notes];
  }).sort((one, other) => one.at - other.at);
}

function showFlags(player) {
  if (!player.scrub) return;
  const every = flagsOf(player);
  const share = (time) => clamp(Math.floor(time * player.fps + 0.001) / Math.max(1, player.frames - 1), 0, 1);
  display(player.root, "flags").replaceChildren(...every.map((flag) => {
    const mark = make("i", { class: `${flag.kind} ${flag.side}`, title: flag.words });
    mark.style.setProperty("--at", share(flag.at));
    mark.style.setProperty("--long", share(flag.until) - share(flag.at));
    mark.addEventListener("click", () => goToFlag(player, flag));
    return mark;
  }));
  const named = every.filter((flag) => flag.kind === "unmet");
  const list = display(player.root, "flagged");
  list.hidden = !named.length;
  list.replaceChildren(...named.map((flag) => {
    const go = make("button", { type: "button" }, make("i", { "aria-hidden": "true" }, "⚠ "), player.clips.length > 1 ? `${sideName(player, flag.side)}: ${flag.words}` : flag.words);
    go.addEventListener("click", () => goToFlag(player, flag));
    return make("li", {}, go);
  }));
}

const goToFlag = (player, flag) => player.goTo(Math.floor(flag.at * player.fps + 0.001));

/** How a side is called beside its video: by its letter, once something else was put there. */
const sideName = (player, side) => (player.clips.find((clip) => clip.side === side)?.put ? SIDES[side] : side);
