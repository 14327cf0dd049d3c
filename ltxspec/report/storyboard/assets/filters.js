/* Which shots are shown: by kind, spec, label and words. */

const moreFilters = []; // functions of a shot, from other parts of the page
const searchable = new WeakMap(); // shot -> its words, in lower case; made when first needed

function words(shot) {
  if (!searchable.has(shot)) {
    const places = [shot, ...all(shot, ".later > noscript").map(contentOf)];
    const parts = places.flatMap((place) => all(place, "[data-search]"));
    searchable.set(shot, parts.map((part) => part.textContent).join(" ").toLowerCase());
  }
  return searchable.get(shot);
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
  let shown = 0;
  for (const shot of shots) {
    shot.hidden = !fits(shot);
    linkOf(shot).parentElement.hidden = shot.hidden;
    shown += !shot.hidden;
  }
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
  const run = () => filter(shots);
  find(document, ".bar").addEventListener("input", run);
  const button = document.getElementById("tools-button");
  button.addEventListener("click", () => button.setAttribute("aria-expanded", document.getElementById("tools").classList.toggle("open")));
  run();
}
