/* What was decided about takes: as recorded, and on this page since then. A page from disk keeps that in the browser. */

const CAUTION = ["approved", "needs-work", "rejected"]; // of two verdicts of one moment, the more cautious counts
const VERDICTS = { approved: ["✓", "Approved"], "needs-work": ["~", "Needs work"], rejected: ["✕", "Rejected"] };
const REVIEW = DATA.review;
const SHELF = `ltxspec-review:${REVIEW.provider}`;
const SAVED = `${SHELF}:saved`; // when what this browser keeps last left it
const ASIDE = `${SHELF}:unreadable`; // what cannot be read, as it was found
const NAME = "ltxspec-reviewer";
const NOTHING = { verdicts: [], notes: [], withdrawn: [] };

let recorded = DATA.said; // task -> {verdicts, notes, withdrawn: [{noteBy, noteTime, by, time}]}
let unsound = false; // whether what this browser kept could not be read, and was not said to be so before
let drafts = {}; // the same as `recorded`, of this browser; read when the page is put to work

function readDrafts() {
  if (REVIEW.live) return {};
  const text = kept(SHELF);
  if (text === null) return {};
  const { sound, whole } = soundOnly(text);
  if (!whole && setAside(ASIDE, text)) unsound = true;
  return sound;
}

function writeDrafts(changed) {
  drafts = changed;
  const could = !refused;
  if (MINE.has(ASIDE)) MINE.set(SHELF, JSON.stringify(changed)); // what is there cannot be read, and has no other place
  else if (!keep(SHELF, JSON.stringify(changed)) && could) tell(KEEPS_NOTHING);
}

const KEEPS_NOTHING = "This browser keeps nothing for this page: save the file before you close it.";

/** Say once what is wrong with what this browser keeps. */
function tellKept() {
  if (REVIEW.live) return;
  if (refused) tell(KEEPS_NOTHING);
  else if (unsound) tell("What this browser kept of an earlier review cannot be read, or only in part: it was set aside, and nothing of it is lost (see “reviewed”).");
  unsound = false;
}

const named = (by) => by ?? (reviewer() || null); // what has no name yet gets it when it leaves the page
const whatIs = (entry) => JSON.stringify([entry.verdict ?? null, entry.note, entry.at, entry.until ?? null, entry.box ?? null, entry.point ?? null, named(entry.by), entry.time]);

/** Everything said about a take, each once, the oldest first: {verdicts, notes}. */
function saidOf(task) {
  const [old, own] = [recorded[task] ?? NOTHING, drafts[task] ?? NOTHING];
  const joined = (name) => {
    const every = new Map([...old[name], ...(own[name] ?? [])].map((entry) => [whatIs(entry), entry]));
    return [...every.values()].sort((one, other) => weight(one) < weight(other) ? -1 : 1);
  };
  const gone = new Set([...(old.withdrawn ?? []), ...(own.withdrawn ?? [])].map((one) => nameOfNote({ by: one.noteBy, time: one.noteTime })));
  return { verdicts: joined("verdicts"), notes: joined("notes").filter((note) => !gone.has(nameOfNote(note))) };
}

/** Which note of a take it is: nobody writes two at once. */
const nameOfNote = ({ by, time }) => JSON.stringify([named(by), time]);

const weight = (entry) => `${entry.time.replace("Z", "")} ${CAUTION.indexOf(entry.verdict)}`;
const verdictOf = (task) => saidOf(task).verdicts.at(-1) ?? null;

/** Now, or just after the latest verdict: a clock may have been set back. */
function momentAfter(task) {
  const last = Date.parse(verdictOf(task)?.time ?? "") || 0;
  return new Date(Math.max(Date.now(), last + 1)).toISOString();
}

/** Say something about a take. entry: {verdict?, note, at, until?, box?, point?}; without a verdict it is a note. */
async function say(shot, task, entry) {
  if (REVIEW.live) return ask("say", { address: takesOf(shot).address, task, ...entry });
  const fresh = readDrafts(); // another page of this browser may have written
  const own = { ...NOTHING, ...fresh[task] };
  const kind = entry.verdict ? "verdicts" : "notes";
  const whole = { ...entry, by: reviewer() || null, time: momentAfter(task) };
  writeDrafts({ ...fresh, [task]: { ...own, [kind]: [...own[kind], whole] } });
  announce([task]);
  return true;
}

/** Take back something that only this browser has. A note that left it in a file is withdrawn, in case that is recorded. */
function unsay(task, entry) {
  const fresh = readDrafts();
  const own = { ...NOTHING, ...fresh[task] };
  const rest = (name) => own[name].filter((one) => whatIs(one) !== whatIs(entry));
  const withdrawn = !entry.verdict && entry.time <= savedAt() ? [...own.withdrawn, { ...withdrawal(entry), own: true }] : own.withdrawn;
  writeDrafts({ ...fresh, [task]: { verdicts: rest("verdicts"), notes: rest("notes"), withdrawn } });
  announce([task]);
}

const withdrawal = (note) => ({ noteBy: note.by, noteTime: note.time, by: reviewer() || null, time: new Date().toISOString() });

/** Withdraw a note, wherever it is: its text is gone, and an older file or branch does not bring it back. */
async function withdraw(shot, task, note) {
  if (REVIEW.live) return ask("withdraw", { address: takesOf(shot).address, task, note: { noteBy: note.by, noteTime: note.time } });
  if (isDraft(task, note)) return unsay(task, note);
  const fresh = readDrafts();
  const own = { ...NOTHING, ...fresh[task] };
  writeDrafts({ ...fresh, [task]: { ...own, withdrawn: [...own.withdrawn, withdrawal(note)] } });
  announce([task]);
}

/** Say something in the place of a note. */
async function sayInstead(shot, task, note, entry) {
  if (REVIEW.live) return ask("say", { address: takesOf(shot).address, task, ...entry, replaces: { noteBy: note.by, noteTime: note.time } });
  await withdraw(shot, task, note);
  return say(shot, task, entry);
}

/** When what this browser keeps last left it; "" if it never did. */
function savedAt() {
  const time = kept(SAVED);
  return isTime(time) && Date.parse(time) <= Date.now() ? time : "";
}

const noteSaved = () => keep(SAVED, new Date().toISOString());

const isDraft = (task, entry) => {
  const own = drafts[task] ?? NOTHING;
  return [...own.verdicts, ...own.notes].some((one) => whatIs(one) === whatIs(entry));
};

/** Whether a recorded note is by who reads the page. */
const isOwnNote = (note) => (note.by ?? "") === reviewer();

/** The name under which is decided. */
const reviewer = () => REVIEW.by || (kept(NAME) ?? "").trim().slice(0, LONGEST_NAME);

/** Let the page show what changed: `tasks`, or everything. */
const announce = (tasks = null) => document.dispatchEvent(new CustomEvent("reviewed", { detail: { tasks } }));

/* A page that is served: the server has the truth. */

let version = "";

async function ask(path, body) {
  const how = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  try {
    const answer = await fetch(`api/${path}`, { cache: "no-store", ...how });
    const state = await answer.json();
    if (!answer.ok) throw new Error(state.error ?? answer.statusText);
    learn(state);
    return state;
  } catch (error) {
    if (!body && !(error instanceof TypeError)) cannotKnow(error.message);
    if (body) tell(error instanceof TypeError ? "The server does not answer: nothing was recorded. Is `ltxspec review --serve` still running?" : error.message);
    return false;
  }
}

/** The records cannot be read now: what the page shows of them may be out of date. */
function cannotKnow(why) {
  version = "";
  showUnread([why]);
  announce();
}

/** Take over what the server has. state: {version, said, shots: address -> {current, tasks}} */
function learn(state) {
  if (state.version === version) return;
  if (version) followSums();
  version = state.version;
  recorded = state.said;
  showUnread(state.unread);
  const shown = (data) => data.takes.filter((take) => !take.name).map((take) => take.task).join();
  for (const data of Object.values(DATA.takes)) {
    const now = state.shots[data.address];
    data.current = now?.current ?? null;
    if ((now?.tasks ?? []).join() !== shown(data)) tell("There are other takes by now: load the page again to see them.");
  }
  announce();
}

function followServer() {
  const look = () => document.visibilityState === "visible" && ask(`state?version=${version}`);
  setInterval(look, 2000);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  look();
}

/** Whether what is recorded is known only in part: then nothing is called not reviewed. */
const isUnread = () => REVIEW.unread.length > 0;

function showUnread(texts) {
  REVIEW.unread = texts;
  const place = document.getElementById("unread");
  place.hidden = !texts.length;
  find(place, ":scope > span").textContent = texts.join(" ").replaceAll("`", "");
}

/** A short message at the edge of the page. */
function tell(text) {
  const place = document.getElementById("told");
  place.textContent = text;
  place.hidden = false;
  hideWhenRead();
}

let reading = 0;
/** Hide the message after the time that it takes to read, which begins when the page can be seen. */
function hideWhenRead() {
  clearTimeout(reading);
  if (document.readyState !== "complete" || document.hidden) return;
  const place = document.getElementById("told");
  reading = setTimeout(() => (place.hidden = true), Math.max(6000, place.textContent.length * 60));
}

addEventListener("load", hideWhenRead);
document.addEventListener("visibilitychange", hideWhenRead);
