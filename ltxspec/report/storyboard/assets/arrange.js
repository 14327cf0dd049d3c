/* In which order and how large shots are shown: by cost, kind or cause; as a grid; folded to a line. */

const OWN = "Changed in the shots themselves";
const BACKLOG = "Also at the base, so not because of this change";
const FOLDED = ["retired", "moved", "inherited"]; // kinds that need no look
const KIND_ORDER = ["blocked", "pending", "resuming", "held", "rendered", "restored", "updated", "moved", "retired", "inherited"];
const TO_COME = ["pending", "resuming", "held", "blocked", "inherited"]; // kinds of which side B is not bought yet

const costOf = (shot) => (shot.dataset.cost === "unknown" ? Infinity : Number(shot.dataset.cost)); // an unknown price is no small one
const causesOf = (shot) => DATA.causes[shot.dataset.number] ?? [];

const isBacklog = (shot) => shot.dataset.kind === "inherited";

/** {heading: shots} of an order; what is also at the base is a group of its own, the last one. */
function grouped(order) {
  const backlog = shots.filter(isBacklog);
  const groups = changedIn(order, shots.filter((shot) => !isBacklog(shot)));
  return backlog.length ? new Map([...groups, [BACKLOG, backlog]]) : groups;
}

/** {heading: shots} of what changed; one group without a heading where there is nothing to group by. */
function changedIn(order, changed) {
  const inOrder = [...changed];
  if (order === "cost") inOrder.sort((one, other) => costOf(other) - costOf(one) || 0);
  if (order !== "kind" && order !== "cause") return new Map([["", inOrder]]);
  const counts = new Map();
  for (const cause of changed.flatMap(causesOf)) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const shared = (shot) => causesOf(shot).reduce((one, other) => (one && counts.get(one) >= counts.get(other) ? one : other), "") || OWN;
  const key = order === "kind" ? (shot) => find(shot, ".badge").textContent.trim().split(" ").slice(1).join(" ") : shared;
  const groups = new Map();
  for (const shot of inOrder) groups.set(key(shot), [...(groups.get(key(shot)) ?? []), shot]);
  const byKind = ([, group]) => KIND_ORDER.indexOf(group[0].dataset.kind);
  const bySize = ([name, group]) => (name === OWN ? 1 : -group.length);
  const rank = order === "kind" ? byKind : bySize;
  return new Map([...groups].sort((one, other) => rank(one) - rank(other)));
}

function arrange(order) {
  const main = document.getElementById("shots");
  const list = find(document, ".list ol");
  const pieces = [];
  const links = [];
  for (const group of all(main, ".group")) group.remove();
  for (const [heading, members] of grouped(order)) {
    if (heading) pieces.push(groupOf(heading, members));
    for (const shot of members) {
      pieces.push(shot);
      links.push(linkOf(shot).parentElement);
    }
  }
  main.prepend(...pieces);
  list.append(...links);
}

/** The heading of a group, which folds it. What is also at the base is folded at first, unless there is nothing else. */
function groupOf(heading, members) {
  const sums = heading === BACKLOG ? DATA.backlog : `${members.length} ${members.length === 1 ? "shot" : "shots"}`;
  const button = make("button", { type: "button" }, heading, make("b", {}, ` ${sums}`));
  const title = make("h2", { class: heading === BACKLOG ? "group backlog" : "group" }, button);
  title.members = members;
  title.open = (open) => {
    button.setAttribute("aria-expanded", open);
    for (const shot of members) shot.classList.toggle("away", !open);
  };
  button.addEventListener("click", () => title.open(button.getAttribute("aria-expanded") !== "true"));
  title.open(heading !== BACKLOG || members.length === shots.length || isNarrowed());
  return title;
}

/** Open the group of a shot, wherever it is in it. */
function openGroup(shot) {
  let before = shot.previousElementSibling;
  while (before && !before.matches(".group")) before = before.previousElementSibling;
  before?.open(true);
}

function fold(shot, folded) {
  shot.classList.toggle("folded", folded);
  const button = control(shot, "fold");
  button.setAttribute("aria-expanded", !folded);
  if (folded) go(shot);
  else if (near.has(shot)) come(shot);
}

/** Make sure that a shot can be seen: neither filtered away nor folded, nor in a folded group. */
function reveal(shot) {
  if (shot.hidden) clearFilters();
  if (shot.classList.contains("away")) openGroup(shot);
  if (shot.classList.contains("folded")) fold(shot, false);
}

function setGrid(on) {
  const main = document.getElementById("shots");
  main.classList.toggle("compact", on);
  document.getElementById("grid")?.setAttribute("aria-pressed", on);
}

const isGrid = () => document.getElementById("shots").classList.contains("compact");

function listenForArranging() {
  document.getElementById("order")?.addEventListener("change", (event) => {
    const shot = activeShot();
    arrange(event.target.value);
    if (shot && scrollY > find(document, ".bar").offsetTop) land(shot);
  });
  document.getElementById("grid")?.addEventListener("click", () => {
    const shot = activeShot();
    setGrid(!isGrid());
    if (shot) land(shot);
  });
  document.getElementById("shots").addEventListener("click", (event) => {
    const button = event.target.closest('[data-do="fold"]');
    if (!button) return;
    const shot = button.closest(".shot");
    if (!isGrid()) return fold(shot, !shot.classList.contains("folded"));
    setGrid(false);
    reveal(shot);
    land(shot);
  });
  find(document, ".group.backlog")?.replaceWith(groupOf(BACKLOG, shots.filter(isBacklog)));
  if (shots.length > 1) for (const shot of shots) if (FOLDED.includes(shot.dataset.kind)) fold(shot, true);
}
