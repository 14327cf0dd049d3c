/* Which shots are shown: by kind, spec, label and words. */

const moreFilters = []; // functions of a shot, from other parts of the page
const searchable = new WeakMap(); // shot -> its words, in lower case
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'" };
const MANY = 300; // shots from which a search waits for the next picture: several keys before it are one search
const PIECE = 100; // shots whose words are collected at once, while nothing else is to do

/** The text of the table in a `noscript`: nothing is built for it. */
const tableText = (markup) => markup.slice(markup.indexOf("<tbody>")).replace(/<[^>]*>/g, " ").replace(/&(amp|lt|gt|#34|#39);/g, (one) => ENTITIES[one]);

function words(shot) {
  if (!searchable.has(shot)) {
    const parts = [...all(shot, "[data-search]").map((part) => part.textContent), ...all(shot, ":scope > .later > noscript").map((text) => tableText(text.textContent))];
    searchable.set(shot, parts.join(" ").toLowerCase());
  }
  return searchable.get(shot);
}

/** Collect the words of all shots before anybody asks for them. */
function collectWords(shots, from = 0) {
  if (from >= shots.length) return;
  requestIdleCallback(() => {
    shots.slice(from, from + PIECE).forEach(words);
    collectWords(shots, from + PIECE);
  });
}

function filter(shots) {
  const kinds = all(document, '[name="kind"]:checked').map((box) => box.value);
  const spec = document.getElementById("spec")?.value;
  const label = document.getElementById("label")?.value;
  const wanted = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (shot) =>
    (!kinds.length || kinds.includes(shot.dataset.kind)) &&
    (!spec || shot.dataset.spec === spec) &&
    (!label || DATA.labels[shot.dataset.number].includes(label)) &&
    wanted.every((word) => words(shot).includes(word)) &&
    moreFilters.every((more) => more(shot));
  const other = shots.filter((shot) => fits(shot) === shot.hidden); // everything is asked before anything is changed
  for (const shot of other) shot.hidden = linkOf(shot).parentElement.hidden = !shot.hidden;
  tellShown(shots);
}

function tellShown(shots) {
  const shown = shots.filter((shot) => !shot.hidden).length;
  if (isNarrowed()) find(document, ".group.backlog")?.open?.(true); // what was looked for is not hidden in a fold
  for (const group of all(document, ".group")) group.hidden = group.members !== undefined && !group.members.some((shot) => !shot.hidden);
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("count").textContent = shown < shots.length ? `${shown} of ${countWords(shots.length)}` : allWords(shots);
}

const countWords = (number) => `${number} ${number === 1 ? "shot" : "shots"}`;

/** As the headline counts: what is also at the base is none of the change's. */
function allWords(shots) {
  const apart = shots.filter(isBacklog).length;
  return apart ? `${countWords(shots.length - apart)}, ${apart} also at the base` : countWords(shots.length);
}

/** Whether anything is looked for. */
const isNarrowed = () => all(document, '[name="kind"]:checked').length > 0 || ["search", "spec", "label", "verdict"].some((name) => document.getElementById(name)?.value);

function clearFilters() {
  document.getElementById("search").value = "";
  for (const box of all(document, '[name="kind"]:checked')) box.checked = false;
  for (const name of ["spec", "label", "verdict"]) if (document.getElementById(name)) document.getElementById(name).value = "";
  filter(shots);
}

function listenForFilters(shots) {
  let asked = false;
  const soon = () => {
    if (!asked) requestAnimationFrame(() => {
      asked = false;
      filter(shots);
    });
    asked = true;
  };
  const run = () => (shots.length < MANY ? filter(shots) : soon());
  find(document, ".bar").addEventListener("input", run);
  const button = document.getElementById("tools-button");
  button.addEventListener("click", () => button.setAttribute("aria-expanded", document.getElementById("tools").classList.toggle("open")));
  filter(shots);
  collectWords(shots);
}
