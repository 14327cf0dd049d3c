/* What is on the two sides of each player: at first what the review compares, then whatever is put there. */

const SIDES = { before: "A", after: "B" };
const sidesOf = new WeakMap(); // root of a player -> {before, after}: what is on its sides, as "task/result"
const usedIn = new WeakMap(); // shot -> root of the player that was used last: A and B are its sides

const takesOf = (shot) => DATA.takes[shot.dataset.number];
const takeOf = (shot, task) => takesOf(shot)?.takes.find((take) => take.task === task);

/** The take in use, or the latest with a video: the one that a verdict about the shot is about. */
function takeInUse(shot) {
  const data = takesOf(shot);
  const able = data?.takes.filter((take) => take.succeeded) ?? [];
  return able.find((take) => take.task === data.current) ?? able.at(-1) ?? null;
}

/** The player of a shot that A and B are about. It may have nothing to play yet. */
const rootOf = (shot) => usedIn.get(shot) ?? find(shot, ".player");
const playerIn = (shot) => playersOf(shot).find((player) => player.root === rootOf(shot));

/** What is on the sides of a player, by default of the one in use. */
function onSides(shot, root = rootOf(shot)) {
  if (!root) return {};
  if (!sidesOf.has(root)) {
    const found = {};
    const place = all(shot, ".player").indexOf(root);
    for (const take of takesOf(shot)?.takes ?? []) for (const side of take.sides) if (place < take.results.length && !(shot.dataset.same && side === "before")) found[side] = `${take.task}/${place + 1}`;
    sidesOf.set(root, found);
  }
  return sidesOf.get(root);
}

/** The side of a player that shows a take, if one does. */
const sideIn = (shot, player, task) => ["after", "before"].find((side) => onSides(shot, player.root)[side]?.startsWith(`${task}/`) && player.clips.some((clip) => clip.side === side));

/** The player that shows a take: the one in use, if it does, or another. */
function playerWith(shot, task) {
  const shows = (player) => player && sideIn(shot, player, task);
  return shows(playerIn(shot)) ? playerIn(shot) : playersOf(shot).find(shows);
}

/** The take that side B shows; or, where it shows none, why nothing can be decided: {take} or {why}. */
function subjectOf(shot) {
  const player = playerIn(shot);
  const name = player?.clips.some((clip) => clip.side === "after") ? onSides(shot).after : null;
  const take = name ? takeOf(shot, name.split("/")[0]) : null;
  if (take?.succeeded) return { take };
  if (take) return { why: take.task === PREVIEW ? "Side B shows a preview, which is not rendered: nothing to decide." : `Side B shows ${nameOfTake(take)}: nothing to decide.` };
  const blank = rootOf(shot) && find(rootOf(shot), ".side.after .blank strong");
  const words = blank ? `Side B: ${blank.textContent.replace(/^./, (letter) => letter.toLowerCase())}` : "Side B shows no take";
  return { why: `${words}: nothing to decide.${takeInUse(shot) ? " Each take below has buttons of its own." : ""}` };
}

const nameOfTake = (take) => take.name ?? `take ${take.number}`;
const nameOfResult = (take, result) => (take.results.length > 1 ? `${nameOfTake(take)}, result ${result}` : nameOfTake(take));
const priceOf = (take, result) => take.results[result - 1]?.cost ?? take.cost;

/** Every result of a shot that can be played: [{take, result}]. */
const playableOf = (shot) => (takesOf(shot)?.takes ?? []).flatMap((take) => take.results.flatMap((found, index) => (found.clip ? [{ take, result: index + 1 }] : [])));

/** Whether a player with one side can get a second one. */
const canBePair = (player) => playableOf(player.root.closest(".shot")).length > 1;

/** Put a result on a side of the shot's player in use. */
function putOn(shot, side, task, result = 1) {
  const take = takeOf(shot, task);
  const facts = take?.results[result - 1]?.clip;
  mount(shot);
  const root = rootOf(shot);
  if (!root || !facts) return;
  onSides(shot)[side] = `${task}/${result}`;
  const screen = screenOn(root, side);
  Object.assign(find(screen, "video"), { width: facts.width, height: facts.height });
  const player = playerIn(shot) ?? playerOn(shot, root, { [side]: facts });
  player.pause();
  const clip = clipOn(player, side, facts);
  clip.stills = () => []; // those on the page are of another take
  player.root.classList.add("swapped");
  nameSide(shot, clip, take, result);
  player.measure();
  player.fit();
  player.build();
  player.apply();
  player.show();
  player.waved = null;
  find(player.root, ".waves").replaceChildren();
  find(player.root, ".waves").hidden = true;
  drawWaves(player);
  announce([task]);
}

/** The clip of a side, showing a video from now on. */
function clipOn(player, side, facts) {
  const video = find(player.root, `.side.${side} video`);
  let clip = player.clips.find((one) => one.side === side);
  if (clip) clip.detach();
  else {
    clip = new Clip(video, facts);
    player.clips = side === "before" ? [clip, ...player.clips] : [...player.clips, clip];
  }
  video.removeAttribute("poster");
  return Object.assign(clip, { facts, broken: false, wanted: null });
}

/** Write beside a video what it is. */
function nameSide(shot, clip, take, result) {
  const figure = clip.video.closest(".side");
  const { facts } = clip;
  clip.video.setAttribute("aria-label", `${nameOfResult(take, result)}, ${takesOf(shot).address}`);
  const trouble = find(figure, ".trouble");
  trouble.hidden = true;
  trouble.replaceChildren("This browser cannot play the video. ", ...(facts.href === undefined ? [] : [make("a", { href: facts.href }, "Open the file")]));
  find(figure, ".ended").textContent = `Ended at ${clip.seconds.toFixed(2)} s`;
  const [name, price, shape] = find(figure, "figcaption").children;
  clip.put = `${SIDES[clip.side]}: ${nameOfResult(take, result)}`; // which the cut says as well
  name.textContent = clip.put;
  price.textContent = priceOf(take, result);
  shape.textContent = `${facts.width}×${facts.height} · ${clip.seconds.toFixed(2)} s`;
  for (const part of all(figure, ".loud, .sound")) part.remove();
  const loud = take.results[result - 1].loudness ?? (facts.audio || take.task === PREVIEW ? "" : "no audio");
  find(figure, "figcaption").append(...(loud ? [make("span", { class: "loud" }, loud)] : []), ...(facts.audio ? [soundOf(clip.side)] : []));
}

/** The level of a side, and the button that lets it be heard. */
function soundOf(side) {
  const sound = find(document.getElementById("side-parts").content, ".sound").cloneNode(true);
  Object.assign(find(sound, "button"), { value: side, ariaLabel: `Sound of ${side}` });
  return sound;
}

/** A player for a shot that had nothing to play. */
function playerOn(shot, root, sources) {
  find(root, ".stage").append(document.getElementById("divider").content.cloneNode(true));
  const player = new Player(root, sources);
  players.push(player);
  ofShot.set(shot, all(shot, ".player").flatMap((one) => [...playersOf(shot), player].filter(({ root }) => root === one)));
  return player;
}

/** The screen of a side; one is made where there was only a text, or nothing. */
function screenOn(root, side) {
  let figure = find(root, `.side.${side}`);
  if (!figure) {
    figure = make("figure", { class: `side ${side}` }, make("figcaption", {}, make("b"), make("span"), make("span", { class: "facts" })));
    side === "before" ? find(root, ".stage").prepend(figure) : find(root, ".side.before").after(figure);
    root.classList.replace("single", "pair");
  }
  if (!find(figure, ".screen")) {
    const video = make("video", { "data-side": side, preload: "none", playsinline: true });
    video.muted = true;
    find(figure, ".blank")?.remove();
    figure.append(make("div", { class: "screen" }, video, make("p", { class: "ended", hidden: true }), make("p", { class: "trouble", hidden: true })));
  }
  return find(figure, ".screen");
}

/** Of several players of a shot, the one that was used last is marked: A and B are its sides. */
function listenForSides() {
  const use = (event) => {
    const root = event.target.closest?.(".player");
    const shot = root?.closest(".shot");
    if (!shot || rootOf(shot) === root) return;
    usedIn.set(shot, root);
    markUsed(shot);
    const data = takesOf(shot);
    if (data) announce(data.takes.map((take) => take.task));
  };
  document.addEventListener("pointerdown", use);
  document.addEventListener("focusin", use);
}

function markUsed(shot) {
  const roots = all(shot, ".player");
  if (roots.length > 1) for (const root of roots) root.classList.toggle("used", root === rootOf(shot));
}
