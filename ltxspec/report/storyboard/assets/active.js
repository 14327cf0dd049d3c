/* The shot that keys act on: the one used last, or, when that is out of sight, the one in view. */

let active = null;

const shownShots = () => all(document, ".shot:not([hidden], .away)");
/** Number of a shot -> its link in the list: found once, as there may be thousands. */
const listLinks = new Map(all(document, ".list [data-shot]").map((row) => [row.dataset.shot, find(row, "a")]));
const linkOf = (shot) => listLinks.get(shot.dataset.number);

function isInView(shot) {
  const { top, bottom } = shot.getBoundingClientRect();
  return !shot.hidden && bottom > top && bottom > innerHeight * 0.2 && top < innerHeight * 0.8;
}

/** The first shot in view: among those that are near, which are few. */
function shotInView() {
  const seen = (near.size ? [...near] : shownShots()).filter(isInView);
  return seen.reduce((one, other) => (one && one.getBoundingClientRect().top <= other.getBoundingClientRect().top ? one : other), null);
}

function activeShot() {
  if (!active || !isInView(active)) setActive(shotInView());
  return active;
}

function setActive(shot) {
  if (shot === active) return;
  for (const [one, is] of [[active, false], [shot, true]]) {
    if (!one) continue;
    one.classList.toggle("active", is);
    const link = linkOf(one);
    is ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    if (is && link.offsetParent) link.scrollIntoView({ block: "nearest" });
  }
  active = shot;
}

/** Go to the next shot that is shown, or the one before. */
function turn(direction) {
  const shots = shownShots();
  const shot = shots[clamp(shots.indexOf(activeShot()) + direction, 0, shots.length - 1)];
  if (!shot) return;
  shot.focus({ preventScroll: true });
  land(shot);
  tellAddress();
}

function listenForActive() {
  const use = (event) => {
    const shot = event.target.closest?.(".shot");
    if (shot) setActive(shot);
  };
  document.addEventListener("focusin", use);
  document.addEventListener("pointerdown", use);
  let waiting = false;
  document.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (landing) return;
      activeShot();
      tellAddress();
    });
  });
}
