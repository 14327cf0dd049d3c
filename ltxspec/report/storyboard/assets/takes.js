/* The strip of every take and every result of a shot, and of its preview. */

const PREVIEW = "preview"; // stands for the task of a preview, which is no take
const button = (does, words, more = {}) => make("button", { type: "button", "data-review": does, ...more }, words);

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
  const playable = playableOf(shot).length;
  const kept = find(place, "form.composer"); // what is being written stays
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset : null;
  const task = kept?.closest(".take")?.dataset.task;
  const pictures = new Map(all(place, "canvas.thumb").map((canvas) => [canvas.dataset.film, canvas]));
  const list = make("ol", { class: "strip-of-takes" }, ...data.takes.map((take) => takeItem(shot, take, playable > 1, pictures)));
  const number = data.takes.filter((take) => !take.name).length;
  const heading = make("h3", {}, number === 1 ? "1 take" : `${number} takes`);
  markUsed(shot);
  const used = all(shot, ".player").length > 1 ? find(rootOf(shot), "h3")?.textContent : null;
  const about = playable > 1 && used ? make("span", { class: "soft" }, `A and B: ${used}`) : null;
  place.replaceChildren(make("div", { class: "takes-head" }, heading, about, playable > 1 ? button("bench", "Compare up to four", { "aria-haspopup": "dialog" }) : null), list);
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
    make("b", {}, nameOfTake(take).replace(/^./, (letter) => letter.toUpperCase())),
    inUse ? make("span", { class: "tag" }, inUseWords(shot, take)) : null,
    ...(shot.dataset.earlier || take.task === PREVIEW ? [] : take.sides.filter((side) => side === "before" || !inUse).map((side) => make("span", { class: "tag" }, side))),
    take.task === PREVIEW ? null : make("span", {}, take.date || "imported"),
    make("span", { class: "price" }, take.cost),
  );
  const verdict = make("p", { class: `decided ${decided?.verdict ?? ""}` }, standing(take));
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

/** A take in use may be of another request than the spec's: then it is not in use for long. */
function inUseWords(shot, take) {
  if (takesOf(shot).undone === take.task) return "in use until the next apply";
  return TO_COME.includes(shot.dataset.kind) ? "in use, out of date" : "in use";
}

/** What there is to say about a take: its verdict, or why it has none. */
function standing(take) {
  if (take.task === PREVIEW) return "not rendered: drawn here for free";
  if (take.name) return "no longer recorded: nothing can be decided about it";
  return take.succeeded ? verdictLine(verdictOf(take.task)) : `failed: ${take.failed}`;
}

function verdictLine(decided) {
  if (!decided) return isUnread() ? "not known: a file of verdicts cannot be read" : "not reviewed";
  const [sign, word] = VERDICTS[decided.verdict];
  return `${sign} ${word}${decided.by ? ` by ${decided.by}` : ""}${isUnread() ? ", as far as can be read" : ""}`;
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
  if (found.clip && several) {
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
