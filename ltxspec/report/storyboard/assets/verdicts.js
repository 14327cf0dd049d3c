/* Verdicts: buttons and keys, how far the review is, and what leaves the page. */

/** What the buttons of the strips do; `shot` is theirs. */
const ACTIONS = {
  decide: (shot, { task, value }) => decide(shot, task, value),
  note: (shot, { task }) => compose(shot, task),
  side: (shot, { task, result, value }) => putOn(shot, value, task, Number(result)),
  bench: (shot) => openBench(shot),
  go: (shot, { task, value }) => goTo(shot, task, Number(value)),
  unsay: (_, { task }, pressed) => unsay(task, pressed.target.closest("button").entry),
  withdraw: (shot, { task }, pressed) => withdrawOrAsk(shot, task, pressed.target.closest("button").entry),
  edit: (shot, { task }, pressed) => compose(shot, task, pressed.target.closest("button").entry),
  pick: (shot, { task, result }) => use(shot, task, Number(result)),
  "copy-pick": async (shot, { task, result }) => {
    const command = pickCommand(shot, takeOf(shot, task), result);
    await copyText(command);
    tell(`Copied: ${command}`);
  },
};

async function decide(shot, task, verdict) {
  const now = verdictOf(task);
  if (now?.verdict === verdict && !REVIEW.live && isDraft(task, now)) { // pressed again: taken back
    unsay(task, now);
    return tell(`${takeWords(shot, task)}: taken back.`);
  }
  if (await say(shot, task, { verdict, note: null, at: null })) confirmVerdict(shot, task, verdict);
}

const takeWords = (shot, task) => `${nameOfTake(takeOf(shot, task)).replace(/^./, (letter) => letter.toUpperCase())} of ${takesOf(shot).address}`;
const keptWhere = () => (REVIEW.live ? "" : ", in this browser only");

/** One's own note goes at once; somebody else's after a question. */
function withdrawOrAsk(shot, task, note) {
  if (isDraft(task, note) || isOwnNote(note)) return withdraw(shot, task, note);
  const dialog = document.getElementById("sure");
  document.getElementById("sure-what").textContent = `${note.by ? `The note is by ${note.by}` : "The note has no name"}, and then gone for everyone: “${note.note}”`;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "withdraw" && withdraw(shot, task, note), { once: true });
  dialog.showModal();
}

/** The verdict itself may be out of sight. */
function confirmVerdict(shot, task, verdict) {
  const [sign, word] = VERDICTS[verdict];
  tell(`${takeWords(shot, task)}: ${sign} ${word.toLowerCase()}${keptWhere()}.`);
}

/** Make a take the one in use, and say what the command would say. */
async function use(shot, task, result) {
  const done = await ask("pick", { address: takesOf(shot).address, task, result });
  if (!done) return;
  takesOf(shot).undone = done.told ? task : null;
  if (!done.told) putOn(shot, "after", task, result); // what will be: the cut plays it
  announce([task]);
  tell(`${nameOfResult(takeOf(shot, task), result).replace(/^./, (letter) => letter.toUpperCase())} of ${takesOf(shot).address} is in use. ${(done.told ?? "").replaceAll("`", "")}`);
}

function goTo(shot, task, seconds) {
  if (!playerWith(shot, task)) putOn(shot, "after", task);
  for (const player of playersOf(shot)) player.goTo(Math.floor(seconds * player.fps + 0.001));
  remember(`${nameOf(shot)}@${seconds}`);
}

/* How far it is. */

const reviewable = () => shots.filter((shot) => takeInUse(shot));

function tellProgress() {
  const able = reviewable();
  const done = able.filter((shot) => verdictOf(takeInUse(shot).task)).length;
  const place = document.getElementById("reviewed");
  tellUnsaved();
  if (place) place.textContent = isUnread() ? "verdicts not known" : `${done} of ${able.length} reviewed`;
}

/** The list names each shot's verdict. */
function tellVerdict(shot) {
  const link = linkOf(shot);
  const verdict = takeInUse(shot) && verdictOf(takeInUse(shot).task);
  find(link, ".list-verdict")?.remove();
  if (!verdict) return;
  const [sign, word] = VERDICTS[verdict.verdict];
  const old = TO_COME.includes(shot.dataset.kind); // what is to come is not what was decided about
  const words = old ? `${word}: the take before, not the one to come` : word;
  find(link, ".name").append(make("span", { class: `list-verdict decided ${old ? "" : verdict.verdict}`, title: words }, make("i", { "aria-hidden": "true" }, ` ${old ? `(${sign} before)` : sign}`), make("span", { class: "unseen" }, ` ${words}`)));
}

function fitsVerdict(shot) {
  const wanted = document.getElementById("verdict")?.value;
  if (!wanted) return true;
  const take = takeInUse(shot);
  if (wanted === "notes") return takesOf(shot)?.takes.some((one) => saidOf(one.task).notes.length || saidOf(one.task).verdicts.some((said) => said.note)) ?? false;
  const verdict = take && verdictOf(take.task);
  return wanted === "none" ? Boolean(take) && !verdict && !isUnread() : verdict?.verdict === wanted;
}

/* What leaves the page. */

/** Every take of the page about which this browser says something: [{shot, take, said}]. */
function ownWords() {
  return shots.flatMap((shot) => (takesOf(shot)?.takes ?? []).flatMap((take) => {
    const said = { ...NOTHING, ...(REVIEW.live ? saidOf(take.task) : drafts[take.task]) };
    return said.verdicts.length + said.notes.length + said.withdrawn.length ? [{ shot, take, said }] : [];
  })).filter(({ take }, index, every) => every.findIndex((one) => one.take.task === take.task) === index);
}

function exported() {
  const by = reviewer() || null;
  const signed = (entry) => ({ ...entry, by: entry.by ?? by });
  const takes = ownWords().map(({ shot, take, said }) => ({
    address: takesOf(shot).address, take: take.number, taskUUID: take.task, verdicts: said.verdicts.map(signed), notes: said.notes.map(signed),
    ...(said.withdrawn.length && { withdrawn: said.withdrawn.map(({ own, ...one }) => ({ ...signed(one), noteBy: own ? one.noteBy ?? by : one.noteBy })) }),
  }));
  return { exportVersion: 1, provider: REVIEW.provider, takes };
}

const fileName = () => `${(exported().takes[0]?.address ?? "review").split(".")[0]}-review-${new Date().toISOString().slice(0, 10)}.json`;

/** How much of what this browser keeps about the takes of this page was never saved, and is not recorded either. */
function unsavedNumber() {
  const since = savedAt();
  return ownWords().reduce((sum, { take, said }) => {
    const known = new Set([...(recorded[take.task] ?? NOTHING).verdicts, ...(recorded[take.task] ?? NOTHING).notes].map(whatIs));
    return sum + [...said.verdicts, ...said.notes].filter((one) => one.time > since && !known.has(whatIs(one))).length + said.withdrawn.filter((one) => one.time > since).length;
  }, 0);
}

function tellUnsaved() {
  const place = document.getElementById("unsaved");
  if (!place) return;
  const number = unsavedNumber();
  place.hidden = !number;
  place.textContent = `${number} not saved`;
  place.title = "Only in this browser: save the file, and record it in a clone of the repository";
}

/** A file says who decided: without a name it is nobody's. */
function hasName() {
  if (reviewer()) return true;
  document.getElementById("export-said").textContent = "Write your name first: the file says who decided.";
  document.getElementById("reviewer").focus();
  return false;
}

function saveFile() {
  if (!hasName()) return;
  const name = fileName();
  saveText(name, `${JSON.stringify(exported(), null, 2)}\n`);
  noteSaved();
  tellUnsaved();
  document.getElementById("export-said").textContent = `Saved as ${name}. Record it with: ltxspec review import ${name}`;
}

function saveText(name, text) {
  const link = make("a", { download: name });
  link.href = URL.createObjectURL(new Blob([text], { type: name.endsWith(".json") ? "application/json" : "text/plain" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const inMarkdown = (text) => text.replace(/[\\`*_{}[\]<>|#~]/g, "\\$&").replace(/\s+/g, " ").trim();

/** The review as Markdown, for the pull request. */
function markdown() {
  const lines = [`**Review:** ${summary()}`, ""];
  for (const { shot, take, said } of ownWords()) {
    if (!said.verdicts.length && !said.notes.length) continue; // what was withdrawn is not said
    const verdict = said.verdicts.at(-1);
    const words = verdict ? `: ${VERDICTS[verdict.verdict].join(" ").toLowerCase()}` : "";
    lines.push(`- \`${takesOf(shot).address.replaceAll("`", "'")}\` take ${take.number}${words}`);
    for (const one of [...said.verdicts.filter((entry) => entry.note || entry.at !== null), ...said.notes]) {
      const where = [placeWords(one), one.box && `box ${one.box.join(",")}`, one.point && `point ${one.point.join(",")}`].filter(Boolean).join(", ");
      lines.push(`  - ${[where && `${where}:`, inMarkdown(one.note ?? "marked"), one.by && `(${inMarkdown(one.by)})`].filter(Boolean).join(" ")}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function summary() {
  const own = ownWords();
  const last = own.map(({ said }) => said.verdicts.at(-1)?.verdict).filter(Boolean);
  const counts = Object.entries(VERDICTS).map(([name, [, word]]) => [last.filter((one) => one === name).length, word.toLowerCase()]);
  const notes = own.reduce((sum, { said }) => sum + said.notes.length, 0);
  const parts = counts.filter(([number]) => number).map(([number, word]) => `${number} ${word}`);
  if (notes) parts.push(notes === 1 ? "1 note" : `${notes} notes`);
  const gone = REVIEW.live ? 0 : own.reduce((sum, { said }) => sum + said.withdrawn.length, 0);
  if (gone) parts.push(gone === 1 ? "1 note withdrawn" : `${gone} notes withdrawn`);
  return parts.join(", ") || "nothing decided yet";
}

/** Forget what the repository has by now. */
function forgetRecorded() {
  const all = Object.values(recorded);
  const known = new Set(all.flatMap((said) => [...said.verdicts, ...said.notes].map(whatIs)));
  const gone = new Set(all.flatMap((said) => (said.withdrawn ?? []).map((one) => nameOfNote({ by: one.noteBy, time: one.noteTime }))));
  const rest = {};
  for (const [task, said] of Object.entries(readDrafts())) {
    const left = (name, is) => (said[name] ?? []).filter((one) => !is(one));
    const kept = {
      verdicts: left("verdicts", (one) => known.has(whatIs(one))),
      notes: left("notes", (one) => known.has(whatIs(one)) || gone.has(nameOfNote(one))),
      withdrawn: left("withdrawn", (one) => gone.has(nameOfNote({ by: one.noteBy, time: one.noteTime }))),
    };
    if (Object.values(kept).some((every) => every.length)) rest[task] = kept;
  }
  writeDrafts(rest);
  announce();
  document.getElementById("export-said").textContent = "Done: this browser keeps only what this page does not have recorded.";
}

function listenForExport() {
  const open = document.getElementById("export-button");
  if (!open) return;
  open.addEventListener("click", () => {
    document.getElementById("export-summary").textContent = `${summary()}.`;
    document.getElementById("export-said").textContent = "";
    if (!REVIEW.live) document.getElementById("save-aside").hidden = kept(ASIDE) === null;
    document.getElementById("export").showModal();
  });
  document.getElementById("copy-markdown").addEventListener("click", async () => {
    await copyText(markdown());
    document.getElementById("export-said").textContent = "Copied: paste it into the pull request.";
  });
  if (REVIEW.live) return;
  document.getElementById("unsaved").addEventListener("click", () => open.click());
  document.getElementById("save-file").addEventListener("click", saveFile);
  document.getElementById("forget").addEventListener("click", forgetRecorded);
  const name = document.getElementById("reviewer");
  name.value = reviewer();
  name.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  name.addEventListener("input", () => keep(NAME, name.value.trim()));
  const aside = document.getElementById("save-aside");
  aside.addEventListener("click", () => saveText("unreadable-review.txt", kept(ASIDE) ?? ""));
}

/* Keys. */

/** A key acts on the take that side B shows, and on no other: what is not seen there is not decided about. */
const withSubject = (does) => () => {
  const shot = activeShot();
  if (!shot) return;
  const { take, why } = subjectOf(shot);
  take ? does(shot, take.task) : tell(why);
};

if (Object.keys(DATA.takes).length) KEYS.push(
  { keys: ["a"], shown: "a", says: "approve the take on side B", does: withSubject((shot, task) => decide(shot, task, "approved")) },
  { keys: ["w"], shown: "w", says: "it needs work", does: withSubject((shot, task) => decide(shot, task, "needs-work")) },
  { keys: ["r"], shown: "r", says: "reject it", does: withSubject((shot, task) => decide(shot, task, "rejected")) },
  { keys: ["n"], shown: "n", says: "a note at this frame", does: withSubject(compose) },
);

function listenForReview(shots) {
  drafts = readDrafts();
  moreFilters.push(fitsVerdict);
  const filled = new Set();
  const show = (shot) => {
    if (filled.has(shot)) fillTakes(shot);
    tellVerdict(shot);
    paintMarks(shot);
    playersOf(shot).forEach(showFlags);
  };
  whenNear.push((shot) => {
    if (!takesOf(shot)) return;
    if (filled.has(shot)) {
      all(shot, "canvas.thumb[data-waits]").forEach(paintLater);
      return;
    }
    filled.add(shot);
    fillTakes(shot);
  });
  for (const shot of shots) if (takesOf(shot)) tellVerdict(shot);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-review]");
    if (!pressed) return;
    const does = pressed.dataset.review;
    if (does === "go" && (event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (pressed.closest("form.composer")) {
      COMPOSER[does](event);
      if (composing) tellPlace();
    } else ACTIONS[does](pressed.closest(".shot"), pressed.dataset, event);
  });
  document.addEventListener("reviewed", ({ detail: { tasks } }) => {
    for (const shot of shots) if (takesOf(shot) && (!tasks || takesOf(shot).takes.some((take) => tasks.includes(take.task)))) show(shot);
    tellProgress();
  });
  addEventListener("storage", (event) => {
    if (event.key !== SHELF && event.key !== null) return;
    drafts = readDrafts();
    announce();
  });
  listenForExport();
  listenForBench();
  listenForSides();
  listenForNotes();
  tellProgress();
  tellKept();
  listenForLeaving(() => composing !== null && isChanged(), () => unsavedNumber() > 0);
  if (REVIEW.live) followServer();
}
