/* What this browser keeps for a page from disk. It may keep nothing, and what it kept may be anybody's: nothing is taken
   from there that is not what this page would write, and nothing that cannot be read is lost. */

const MINE = new Map(); // key -> what the browser would not keep: it lasts as long as the page
const LONGEST_NOTE = 10_000;
const LONGEST_NAME = 200;
let refused = false; // whether the browser keeps nothing

/* Chromium on a busy machine gives a page that looks for what is kept, or listens for changes of it, before the browser has
   noticed that the page is shown, an empty shelf of its own, which is thrown away with the page: 13 of 276 pages. After any
   answer of the browser it was none of 1,100. */
const browserAnswers = answered();

/** Wait for an answer of the browser, whatever it says, but not for ever. */
async function answered() {
  try {
    await Promise.race([navigator.storage?.persisted?.(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  } catch {
    // a refusal is an answer, too
  }
}

/** What is kept under a key, or null. Not to be asked before the browser has answered. */
function kept(key) {
  if (MINE.has(key)) return MINE.get(key);
  try {
    return localStorage.getItem(key);
  } catch {
    refused = true;
    return null;
  }
}

/** Keep a text, in the page alone where the browser refuses. */
function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    MINE.delete(key);
    return true;
  } catch {
    MINE.set(key, text);
    refused = true;
    return false;
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isPart = (value) => typeof value === "number" && value >= 0 && value <= 1;
const isSecond = (value) => value === null || (typeof value === "number" && value >= 0 && value < 1e6);
const isName = (value) => value === null || (typeof value === "string" && value.length <= LONGEST_NAME);
const isTime = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{5,15}Z$/.test(value) && !isNaN(Date.parse(value));
const isPlace = (value, size) => value === undefined || value === null || (Array.isArray(value) && value.length === size && value.every(isPart));

/** Whether something is what a page writes as a verdict or a note. */
const isSaid = (one) =>
  isObject(one) && isTime(one.time) && isName(one.by ?? null) && isSecond(one.at ?? null) && isSecond(one.until ?? null) && isPlace(one.box, 4) && isPlace(one.point, 2) &&
  (one.note === null || (typeof one.note === "string" && one.note.length <= LONGEST_NOTE));
const isVerdict = (one) => isSaid(one) && Object.hasOwn(VERDICTS, one.verdict);
const isNote = (one) => isSaid(one) && one.verdict === undefined && one.note !== null;
const isWithdrawal = (one) => isObject(one) && isTime(one.time) && isTime(one.noteTime) && isName(one.by ?? null) && isName(one.noteBy ?? null);

/** What of a kept text is sound: {task: {verdicts, notes, withdrawn}}; and whether that is all of it. */
function soundOnly(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  if (!isObject(found)) return { sound: {}, whole: false };
  let whole = true;
  const only = (every, is) => {
    const sound = Array.isArray(every) ? every.filter(is) : [];
    whole &&= every === undefined || (Array.isArray(every) && sound.length === every.length);
    return sound.map((one) => ({ ...one, ...(one.noteTime === undefined && { at: one.at ?? null }) }));
  };
  const sound = Object.fromEntries(Object.entries(found).map(([task, said]) => {
    whole &&= isObject(said);
    return [task, { verdicts: only(said?.verdicts, isVerdict), notes: only(said?.notes, isNote), withdrawn: only(said?.withdrawn, isWithdrawal) }];
  }));
  return { sound, whole };
}

/** Put a text that cannot be read, or only in part, where nothing writes over it. Returns whether it is new there. */
function setAside(key, text) {
  const before = kept(key);
  if (before !== null && before.split("\n\n").includes(text)) return false;
  keep(key, before ? `${before}\n\n${text}` : text);
  return true;
}

/** A page whose words the browser does not keep asks before it is closed; so does one with half a note. */
function listenForLeaving(isWriting, hasUnsaved) {
  addEventListener("beforeunload", (event) => (isWriting() || (MINE.has(SHELF) && hasUnsaved())) && event.preventDefault());
}
