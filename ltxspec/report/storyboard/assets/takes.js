/* The strip of every take and every result of a shot. Any of them can be put on either side of the player. */

const SIDES = { before: "A", after: "B" };
const sidesOf = new Map(); // shot -> {before, after}: what is on its sides, as "task/result"

const takesOf = (shot) => DATA.takes[shot.dataset.number];
const takeOf = (shot, task) => takesOf(shot)?.takes.find((take) => take.task === task);

/** An element with attributes and children; `on…` are no attributes here. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const button = (does, words, more = {}) => make("button", { type: "button", "data-review": does, ...more }, words);

/** The take in use, or the latest with a video: the one that a verdict about the shot is about. */
function takeInUse(shot) {
  const data = takesOf(shot);
  const able = data?.takes.filter((take) => take.succeeded) ?? [];
  return able.find((take) => take.task === data.current) ?? able.at(-1) ?? null;
}

/** What is on the sides of a shot's player. */
function onSides(shot) {
  if (!sidesOf.has(shot)) {
    const found = {};
    for (const take of takesOf(shot)?.takes ?? []) for (const side of take.sides) found[side] = `${take.task}/1`;
    sidesOf.set(shot, found);
  }
  return sidesOf.get(shot);
}

/** The take that is looked at: side B, else side A. */
function subjectOf(shot) {
  const { before, after } = onSides(shot);
  const player = playersOf(shot)[0];
  const shown = [after, before].find((name, index) => name && player?.clips.some((clip) => clip.side === ["after", "before"][index]));
  return (shown && takeOf(shot, shown.split("/")[0])) || takeInUse(shot);
}

/** The side that shows a take, if one does. */
function sideWith(shot, task) {
  const player = playersOf(shot)[0];
  return ["after", "before"].find((side) => onSides(shot)[side]?.startsWith(`${task}/`) && player?.clips.some((clip) => clip.side === side));
}

/** Whether a player with one side can get a second one. */
const canBePair = (player) => (takesOf(player.root.closest(".shot"))?.takes ?? []).flatMap((take) => take.results).filter((result) => result.clip).length > 1;

/** Put a result on a side of the shot's player. */
function putOn(shot, side, task, result = 1) {
  const player = playersOf(shot)[0];
  const take = takeOf(shot, task);
  const facts = take?.results[result - 1]?.clip;
  if (!player || !facts) return;
  onSides(shot)[side] = `${task}/${result}`;
  player.build();
  player.pause();
  const screen = screenOn(player, side);
  const video = find(screen, "video");
  let clip = player.clips.find((one) => one.side === side);
  if (clip) clip.detach();
  else {
    clip = new Clip(video, facts);
    player.clips = side === "before" ? [clip, ...player.clips] : [...player.clips, clip];
    if (player.clips.length === 2) player.root.classList.replace("single", "pair");
  }
  Object.assign(clip, { facts, broken: false, wanted: null });
  Object.assign(video, { width: facts.width, height: facts.height });
  video.removeAttribute("poster");
  video.setAttribute("aria-label", `${nameOfResult(take, result)}, ${takesOf(shot).address}`);
  find(screen, ".trouble").hidden = true;
  if (find(screen, ".ended")) find(screen, ".ended").textContent = `Ended at ${clip.seconds.toFixed(2)} s`;
  clip.stills = () => []; // those on the page are of another take
  const figure = screen.closest(".side");
  figure.style.setProperty("--aspect", clip.aspect);
  const [name, price, shape] = find(figure, "figcaption").children;
  name.textContent = `${SIDES[side]}: ${nameOfResult(take, result)}`;
  price.textContent = priceOf(take, result);
  shape.textContent = `${facts.width}×${facts.height} · ${clip.seconds.toFixed(2)} s`;
  const sound = find(figure, ".sound");
  if (sound) sound.hidden = !facts.audio;
  player.root.classList.add("swapped");
  player.measure();
  player.apply();
  player.show();
  player.root.dispatchEvent(new CustomEvent("sides", { bubbles: true }));
  announce([task]);
}

/** The screen of a side; one is made where there was only a text, or nothing. */
function screenOn(player, side) {
  let figure = find(player.root, `.side.${side}`);
  const other = find(player.root, `.side:not(.${side}) .screen`)?.closest(".side");
  if (!figure) {
    figure = other.cloneNode(true);
    figure.classList.replace(side === "before" ? "after" : "before", side);
    for (const copied of all(figure, ".screen, .sound")) copied.remove();
    side === "before" ? other.before(figure) : other.after(figure);
  }
  if (!find(figure, ".screen")) {
    const screen = find(other, ".screen").cloneNode(true);
    const video = find(screen, "video");
    for (const name of ["src", "poster"]) video.removeAttribute(name);
    video.dataset.side = side;
    for (const mark of all(screen, "svg.canvas")) mark.remove();
    find(figure, ".blank")?.remove();
    figure.append(screen);
  }
  return find(figure, ".screen");
}

const nameOfResult = (take, result) => (take.results.length > 1 ? `take ${take.number}, result ${result}` : `take ${take.number}`);
const priceOf = (take, result) => take.results[result - 1]?.cost ?? take.cost;

/** The command that makes a take, or one of its results, the one in use. */
function pickCommand(shot, take, result) {
  const address = takesOf(shot).address;
  const quoted = /^[\w.@-]+$/.test(address) ? address : `'${address.replaceAll("'", "'\\''")}'`;
  const provider = REVIEW.provider === "sandbox" ? " --provider sandbox" : "";
  return `ltxspec pick ${quoted} --take ${take.number}${take.results.length > 1 ? ` --result ${result}` : ""}${provider}`;
}

/** Fill the strip of a shot, or fill it again. */
function fillTakes(shot) {
  const place = find(shot, ".takes");
  const data = takesOf(shot);
  if (!place || !data) return;
  const playable = data.takes.flatMap((take) => take.results).filter((result) => result.clip).length;
  const kept = find(place, "form.composer"); // what is being written stays
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset : null;
  const task = kept?.closest(".take")?.dataset.task;
  const pictures = new Map(all(place, "canvas.thumb").map((canvas) => [canvas.dataset.film, canvas]));
  const list = make("ol", { class: "strip-of-takes" }, ...data.takes.map((take) => takeItem(shot, take, playable > 1, pictures)));
  const heading = make("h3", {}, data.takes.length === 1 ? "1 take" : `${data.takes.length} takes`);
  place.replaceChildren(make("div", { class: "takes-head" }, heading, playable > 1 ? button("bench", "Compare up to four", { "aria-haspopup": "dialog" }) : null), list);
  if (kept && task) {
    const mine = [...list.children].find((item) => item.dataset.task === task);
    mine?.append(kept);
    if (focused === find(kept, "textarea").dataset) find(kept, "textarea").focus({ preventScroll: true });
  }
  if (focused?.review) {
    const same = all(place, `[data-review="${focused.review}"]`).find((one) => ["task", "result", "value"].every((key) => one.dataset[key] === focused[key]));
    same?.focus({ preventScroll: true });
  }
}

function takeItem(shot, take, several, pictures) {
  const decided = take.succeeded ? verdictOf(take.task) : null;
  const inUse = takesOf(shot).current === take.task;
  const head = make(
    "p", { class: "take-head" },
    make("b", {}, `Take ${take.number}`),
    inUse ? make("span", { class: "tag" }, "in use") : null,
    ...take.sides.filter((side) => side === "before" || !inUse).map((side) => make("span", { class: "tag" }, side)),
    make("span", {}, take.date || "imported"),
    make("span", { class: "price" }, take.cost),
  );
  const verdict = make("p", { class: `decided ${decided?.verdict ?? ""}` }, take.succeeded ? verdictLine(decided) : `failed: ${take.failed}`);
  const item = make("li", { class: "take", "data-task": take.task }, head, ...take.results.map((_, index) => resultLine(shot, take, index + 1, several, pictures)), verdict);
  if (!take.succeeded) return item;
  const choose = Object.entries(VERDICTS).map(([value, [sign, word]]) =>
    button("decide", "", { "data-task": take.task, "data-value": value, "aria-pressed": String(decided?.verdict === value) }));
  choose.forEach((one, index) => {
    const [sign, word] = Object.values(VERDICTS)[index];
    one.append(make("i", { "aria-hidden": "true" }, sign), ` ${["Approve", "Needs work", "Reject"][index]}`);
    one.title = word;
  });
  item.append(
    make("div", { class: "deciding", role: "group", "aria-label": `Verdict about take ${take.number}` }, ...choose),
    make("div", { class: "deciding" }, button("note", "Note", { "data-task": take.task })),
    noteList(shot, take),
  );
  return item;
}

function verdictLine(decided) {
  if (!decided) return "not reviewed";
  const [sign, word] = VERDICTS[decided.verdict];
  return `${sign} ${word}${decided.by ? ` by ${decided.by}` : ""}`;
}

function resultLine(shot, take, result, several, pictures) {
  const found = take.results[result - 1];
  const line = make("div", { class: "result" });
  if (found.clip && several) line.append(pictures.get(thumbName(found.clip)) ?? thumbnail(found.clip));
  const words = make("span", { class: "result-words" });
  if (take.results.length > 1) words.append(make("span", {}, `Result ${result}`), make("span", { class: "price" }, found.cost));
  if (found.unmet) words.append(make("span", { class: "against" }, `not as expected: ${found.unmet}`));
  if (!found.clip) words.append(make("span", {}, "not on this machine"));
  if (!found.clip && found.url) words.append(make("a", { href: found.url, target: "_blank", rel: "noopener noreferrer" }, "open at the provider"));
  line.append(words);
  if (found.clip && several && playersOf(shot).length) {
    line.append(make("span", { class: "ab", role: "group", "aria-label": `Show ${nameOfResult(take, result)}` },
      ...Object.entries(SIDES).map(([side, letter]) =>
        button("side", letter, { "data-task": take.task, "data-result": result, "data-value": side, "aria-label": `Show ${nameOfResult(take, result)} on side ${letter}`, "aria-pressed": String(onSides(shot)[side] === `${take.task}/${result}`) }))));
  }
  if (take.succeeded && !(takesOf(shot).current === take.task && take.results.length === 1)) {
    line.append(REVIEW.live
      ? button("pick", "Use this", { "data-task": take.task, "data-result": result, "aria-label": `Use ${nameOfResult(take, result)}` })
      : button("copy-pick", "Copy pick command", { "data-task": take.task, "data-result": result, "aria-label": `Copy the command that picks ${nameOfResult(take, result)}` }));
  }
  return line;
}

/* Small pictures: the first frame of a video, painted by the browser itself, one after another. */

const CALM = 250; // milliseconds without scrolling before anything is painted
let painting = Promise.resolve();
const thumbName = (facts) => facts.href ?? facts.film;

function thumbnail(facts) {
  const canvas = make("canvas", { class: "thumb", width: 112, height: 63, "aria-hidden": "true", "data-film": thumbName(facts) });
  canvas.facts = facts;
  paintLater(canvas);
  return canvas;
}

function paintLater(canvas) {
  canvas.dataset.waits = "true";
  painting = painting.then(() => paint(canvas, canvas.facts)).catch(() => null);
}

async function paint(canvas, facts) {
  while (performance.now() - scrolled < CALM) await new Promise((resolve) => setTimeout(resolve, CALM / 2));
  const shot = canvas.closest(".shot");
  if (!shot || !near.has(shot)) return; // it waits until its shot is near again
  delete canvas.dataset.waits;
  const screen = make("div", {}, make("video", { preload: "auto", muted: true, playsinline: true }), make("p", { class: "trouble", hidden: true }));
  const clip = new Clip(find(screen, "video"), facts);
  clip.attach();
  clip.show(0);
  await Promise.race([clip.settled(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  const scale = Math.min(canvas.width / facts.width, canvas.height / facts.height);
  const [width, height] = [facts.width * scale, facts.height * scale];
  if (clip.video.readyState >= READY_TO_SHOW) canvas.getContext("2d").drawImage(clip.video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  clip.detach();
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "unseen", readonly: true });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy"); // where a page from disk may not use the clipboard otherwise
    area.remove();
  }
}
