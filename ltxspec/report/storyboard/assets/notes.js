/* Notes at a frame or a span, with a point or a box that is drawn on the frame. */

const SMALLEST = 0.012; // of the frame: what is smaller is a point
const NUDGE = 0.02; // of the frame, by a key
const SVG = find(document, ".sprite").namespaceURI;
let composing = null; // {shot, task, player, changed, at, until, box, point, form, drawing}

const secondsText = (seconds) => `${Number(seconds.toFixed(2))} s`;
const placeWords = ({ at, until }) => (at === null || at === undefined ? "" : until ? `${Number(at.toFixed(2))}–${secondsText(until)}` : secondsText(at));
const rounded = (number) => Math.round(number * 1e4) / 1e4;

/** The second of the frame that a player shows. */
function secondNow(player) {
  return player ? Math.round((player.frame / player.fps) * 1e3) / 1e3 : 0;
}

function noteList(shot, take) {
  const said = saidOf(take.task);
  const every = [...said.verdicts.filter((one) => one.note || one.at !== null), ...said.notes].sort((one, other) => (one.at ?? -1) - (other.at ?? -1));
  const list = make("ul", { class: "notes", "aria-label": `Notes about take ${take.number}` });
  for (const entry of every) list.append(noteItem(shot, take, entry));
  if (!every.length) list.hidden = true;
  return list;
}

function noteItem(shot, take, entry) {
  const item = make("li", {});
  if (entry.verdict) item.append(make("span", { class: `decided ${entry.verdict}` }, VERDICTS[entry.verdict].join(" ")), " ");
  if (entry.at !== null) {
    const link = make("a", { href: `#${nameOf(shot)}@${entry.at}`, "data-review": "go", "data-task": take.task, "data-value": entry.at }, placeWords(entry));
    item.append(link, entry.box ? " ▢ " : entry.point ? " ◎ " : " ");
  }
  item.append(make("span", { class: "words-of-note", dir: "auto" }, entry.note ?? ""));
  if (entry.by) item.append(make("span", { class: "soft" }, ` ${entry.by}`));
  const draft = isDraft(take.task, entry);
  const words = (entry.note ?? "").slice(0, 40);
  const own = draft || isOwnNote(entry);
  const does = entry.verdict
    ? (draft ? [button("unsay", "×", { "data-task": take.task, "aria-label": `Take this back: ${words}`, class: "quiet" })] : [])
    : [...(own ? [button("edit", "Edit", { "data-task": take.task, "aria-label": `Edit the note: ${words}`, class: "quiet" })] : []),
      button("withdraw", "×", { "data-task": take.task, "aria-label": `${draft ? "Take this back" : "Withdraw the note"}: ${words}`, title: draft ? "Take this back" : "Withdraw", class: "quiet" })];
  for (const one of does) one.entry = entry;
  item.append(...does);
  return item;
}

/* Writing one. */

/** Begin a note about a take, or the change of one. */
function compose(shot, task, changed = null) {
  if (composing?.task === task && composing.changed === changed) return find(composing.form, "textarea").focus();
  if (composing && isChanged()) {
    tell("Finish or discard this note first.");
    return find(composing.form, "textarea").focus();
  }
  closeComposer();
  if (document.fullscreenElement) document.exitFullscreen();
  if (!playerWith(shot, task)) putOn(shot, onSides(shot).after ? "before" : "after", task);
  const player = playerWith(shot, task);
  for (const player of playersOf(shot)) player.pause();
  const take = takeOf(shot, task);
  const text = make("textarea", { rows: 2, maxlength: 10000, "aria-label": `Note about take ${take.number}`, placeholder: "What is to be said about this frame?" });
  const form = make("form", { class: "composer" }, text,
    make("p", { class: "place" },
      make("output", { "data-show": "place" }),
      button("here", "This frame"), button("span", "Until this frame"), button("whole", "Whole take"),
      button("mark", "Mark on the frame", { "aria-pressed": "false" })),
    make("p", { class: "deciding" },
      make("button", { type: "submit", class: "strong" }, changed ? "Save" : "Add note"),
      ...(changed ? [] : [button("with", "Needs work", { "data-value": "needs-work" }), button("with", "Reject", { "data-value": "rejected" })]),
      button("cancel", "Discard")));
  composing = { shot, task, player, at: secondNow(player), until: null, box: null, point: null, form, drawing: false, changed };
  if (changed) {
    const { at, until = null, box = null, point = null } = changed;
    Object.assign(composing, { at, until, box, point });
    text.value = changed.note;
    if (at !== null) player?.goTo(Math.floor(at * player.fps + 0.001));
  }
  const left = unsent.get(unsentName(task, changed));
  if (left) {
    const { words, ...place } = left;
    Object.assign(composing, place);
    text.value = words;
    if (place.at !== null) player?.goTo(Math.floor(place.at * player.fps + 0.001));
  }
  [...find(shot, ".strip-of-takes").children].find((item) => item.dataset.task === task).append(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finishNote(null);
  });
  form.addEventListener("keydown", (event) => {
    const steps = event.target !== text && /^(Arrow(Left|Right)|Home|End)$/.test(event.key);
    if (!steps) event.stopPropagation(); // letters are letters here; from its buttons, a span is found by frames
    if (event.key === "Escape") leaveComposer();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finishNote(null);
  });
  shot.classList.add("writing");
  tellPlace();
  text.focus({ preventScroll: true });
  keepInSight(player);
}

/** Scroll so that the frame that is written about is between the bar and the form. */
function keepInSight(player) {
  if (!player || !composing) return;
  const top = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--bar")) || 0;
  const bottom = composing.form.getBoundingClientRect().top;
  const stage = find(player.root, ".stage");
  const side = sideIn(composing.shot, player, composing.task);
  const seen = stage.offsetHeight <= bottom - top || !side ? stage : find(stage, `.side.${side}`); // on a phone, one of both
  const place = seen.getBoundingClientRect();
  landing = null;
  if (place.top < top || place.bottom > bottom) scrollBy({ top: place.top - top - 4, behavior: "instant" });
}

/* What was typed and not sent stays until it is: the form may be closed by a key. */

const unsent = new Map(); // name of a note -> {words, at, until, box, point}
const unsentName = (task, changed) => `${task} ${changed ? nameOfNote(changed) : ""}`;

/** Close the form and keep what was typed. */
function leaveComposer() {
  const { task, changed, at, until, box, point, form } = composing;
  if (isChanged()) {
    unsent.set(unsentName(task, changed), { words: find(form, "textarea").value, at, until, box, point });
    tell(`Your words are kept: ${changed ? "“Edit”" : "“Note”"} goes on with them.`);
  }
  closeComposer();
}

/** Whether closing the form would lose words. */
const isChanged = () => find(composing.form, "textarea").value.trim() !== (composing.changed?.note ?? "");

function tellPlace() {
  const { form, at, until, box, point, drawing, shot } = composing;
  const about = nameOfTake(takeOf(shot, composing.task)).replace(/^./, (letter) => letter.toUpperCase());
  const where = `${about}, ${at === null ? "all of it" : `at ${placeWords({ at, until })}`}`;
  find(form, '[data-show="place"]').textContent = `${where}${box ? ", in a box" : point ? ", at a point" : ""}`;
  const mark = find(form, '[data-review="mark"]');
  mark.setAttribute("aria-pressed", drawing);
  mark.textContent = drawing ? "Drag a box, or click a point" : box || point ? "Remove the mark" : "Mark on the frame";
  paintMarks(shot);
}

const COMPOSER = {
  here: () => Object.assign(composing, { at: secondNow(composing.player), until: null }),
  span: () => {
    const now = secondNow(composing.player);
    const from = composing.at ?? 0;
    if (now === from) return tell("Move to where the span ends first.");
    Object.assign(composing, { at: Math.min(from, now), until: Math.max(from, now) });
  },
  whole: () => Object.assign(composing, { at: null, until: null, box: null, point: null, drawing: false }),
  mark: (pressed) => {
    const has = composing.box || composing.point || composing.drawing;
    Object.assign(composing, { drawing: !has, box: null, point: null, at: composing.at ?? secondNow(composing.player) });
    if (has) return;
    for (const player of playersOf(composing.shot)) player.pause();
    if (pressed.detail === 0) Object.assign(composing, { box: [0.35, 0.35, 0.3, 0.3] }); // by a key: something to move
    tellPlace();
    keepInSight(composing.player);
    canvasOf(composing.shot)?.focus({ preventScroll: true });
  },
  with: (pressed) => finishNote(pressed.target.closest("button").dataset.value),
  cancel: () => {
    unsent.delete(unsentName(composing.task, composing.changed));
    closeComposer();
  },
};

async function finishNote(verdict) {
  const { shot, task, at, until, box, point, form, changed } = composing;
  const note = find(form, "textarea").value.trim();
  if (!note && !verdict) return find(form, "textarea").focus();
  const place = { ...(until !== null && { until }), ...(box && { box }), ...(point && { point }) };
  const entry = { ...(verdict && { verdict }), note: note || null, at, ...place };
  if (!(changed ? await sayInstead(shot, task, changed, entry) : await say(shot, task, entry))) return;
  unsent.delete(unsentName(task, changed));
  closeComposer();
  verdict ? confirmVerdict(shot, task, verdict) : tell(`${takeWords(shot, task)}: note ${changed ? "changed" : "added"}${keptWhere()}.`);
}

function closeComposer() {
  if (!composing) return;
  const { shot, form, task } = composing;
  composing = null;
  form.remove();
  shot.classList.remove("writing");
  paintMarks(shot);
  all(shot, '[data-review="note"]').find((one) => one.dataset.task === task)?.focus({ preventScroll: true });
}

/* Drawing. Places are fractions of the frame, whatever size it is shown in. */

const canvasOf = (shot) => find(shot, "svg.canvas.drawing");

/** Show the marks that belong to the frame each side shows, and the one being drawn. */
function paintMarks(shot) {
  for (const player of playersOf(shot)) for (const clip of player.clips) {
    const task = onSides(shot, player.root)[clip.side]?.split("/")[0];
    if (!task) continue;
    const now = player.frame / player.fps;
    const near = 0.5 / clip.facts.fps;
    const own = composing?.task === task && composing.player === player && sideIn(shot, player, task) === clip.side ? composing : null;
    const said = saidOf(task);
    const marks = [...said.verdicts, ...said.notes].filter((one) => (one.box || one.point) && one.at !== null && now >= one.at - near && now <= (one.until ?? one.at) + near);
    paintOn(clip.video, own ? [...marks, { ...own, own: true }] : marks, own?.drawing ?? false);
  }
}

function paintOn(video, marks, drawing) {
  const screen = video.parentElement;
  let canvas = find(screen, "svg.canvas");
  if (!marks.some((mark) => mark.box || mark.point) && !drawing) return canvas?.remove();
  if (!canvas) {
    canvas = document.createElementNS(SVG, "svg");
    canvas.setAttribute("class", "canvas");
    canvas.setAttribute("aria-hidden", "true");
    screen.append(canvas);
    listenForDrawing(canvas);
  }
  canvas.classList.toggle("drawing", drawing);
  const heard = { tabindex: "0", role: "application", "aria-label": "Box on the frame: arrows move it, with Shift they size it, Enter ends" };
  for (const [name, value] of Object.entries(heard)) drawing ? canvas.setAttribute(name, value) : canvas.removeAttribute(name);
  drawing ? canvas.removeAttribute("aria-hidden") : canvas.setAttribute("aria-hidden", "true");
  const size = [video.videoWidth || video.width, video.videoHeight || video.height];
  canvas.setAttribute("viewBox", `0 0 ${size.join(" ")}`); // as large as the video, and with the same bars around the frame
  for (const [name, value] of [["left", video.offsetLeft], ["top", video.offsetTop], ["width", video.offsetWidth], ["height", video.offsetHeight]]) canvas.style.setProperty(name, `${value}px`);
  canvas.replaceChildren(...marks.flatMap((mark) => shapes(mark, size)));
}

function shapes({ box, point, own }, [wide, high]) {
  const made = (name, attributes) => {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries({ ...attributes, class: own ? "own" : "" })) shape.setAttribute(key, value);
    return [shape];
  };
  if (box) return made("rect", { x: box[0] * wide, y: box[1] * high, width: box[2] * wide, height: box[3] * high });
  if (point) return made("circle", { cx: point[0] * wide, cy: point[1] * high, r: wide / 50 });
  return [];
}

function listenForDrawing(canvas) {
  let from = null;
  const place = (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    const [, , wide, high] = canvas.getAttribute("viewBox").split(" ").map(Number);
    return [clamp(x / wide, 0, 1), clamp(y / high, 0, 1)];
  };
  const drag = (event) => {
    const to = place(event);
    const [x, y] = [0, 1].map((axis) => rounded(Math.min(from[axis], to[axis])));
    const [width, height] = [0, 1].map((axis) => rounded(Math.abs(from[axis] - to[axis])));
    const small = width < SMALLEST && height < SMALLEST;
    const most = (start, size) => rounded(Math.min(Math.max(size, 0.001), 1 - start));
    Object.assign(composing, small ? { point: to.map(rounded), box: null } : { box: [Math.min(x, 0.999), Math.min(y, 0.999), most(Math.min(x, 0.999), width), most(Math.min(y, 0.999), height)], point: null });
    tellPlace();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!composing?.drawing) return;
    event.stopPropagation();
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    from = place(event);
    drag(event);
  });
  canvas.addEventListener("pointermove", (event) => from && composing?.drawing && drag(event));
  canvas.addEventListener("pointerup", (event) => {
    if (!from || !composing?.drawing) return;
    drag(event);
    from = null;
    composing.drawing = false;
    tellPlace();
    find(composing.form, "textarea").focus({ preventScroll: true });
  });
  canvas.addEventListener("keydown", (event) => {
    if (!composing?.drawing || !composing.box) return;
    const [across, down] = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] }[event.key] ?? [0, 0];
    const done = event.key === "Enter" || event.key === "Escape";
    if (!across && !down && !done) return;
    event.preventDefault();
    event.stopPropagation();
    let [x, y, width, height] = composing.box;
    if (event.shiftKey) [width, height] = [clamp(width + across, NUDGE, 1 - x), clamp(height + down, NUDGE, 1 - y)];
    else [x, y] = [clamp(x + across, 0, 1 - width), clamp(y + down, 0, 1 - height)];
    composing.box = [x, y, width, height].map(rounded);
    if (done) composing.drawing = false;
    tellPlace();
    if (done) find(composing.form, "textarea").focus({ preventScroll: true });
  });
}

/** Marks follow the videos, playing or not. */
function listenForNotes() {
  const paint = (event) => {
    const shot = event.target.closest?.(".shot");
    if (shot && (find(shot, "svg.canvas") || hasMarks(shot))) paintMarks(shot);
  };
  for (const name of ["seeked", "timeupdate", "loadeddata"]) document.addEventListener(name, paint, true);
  new ResizeObserver(() => near.forEach((shot) => find(shot, "svg.canvas") && paintMarks(shot))).observe(document.documentElement);
}

const hasMarks = (shot) => playersOf(shot).some(({ root }) => Object.values(onSides(shot, root)).some((name) => {
  const said = saidOf(name.split("/")[0]);
  return [...said.verdicts, ...said.notes].some((one) => one.box || one.point);
}));
