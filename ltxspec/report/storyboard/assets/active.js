/* The shot that keys act on: the one used last, or, when that is out of sight, the one in view. */

let active = null;

const shownShots = () => all(document, ".shot:not([hidden])");

function isInView(shot) {
  const { top, bottom } = shot.getBoundingClientRect();
  return !shot.hidden && bottom > innerHeight * 0.2 && top < innerHeight * 0.8;
}

function activeShot() {
  if (!active || !isInView(active)) setActive(shownShots().find(isInView) ?? null);
  return active;
}

function setActive(shot) {
  if (shot === active) return;
  active?.classList.remove("active");
  shot?.classList.add("active");
  active = shot;
  for (const link of all(document, ".list a")) {
    const own = shot !== null && link.parentElement.dataset.shot === shot.dataset.number;
    own ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    if (own) link.scrollIntoView({ block: "nearest" });
  }
}

/** Go to the next shot that is shown, or the one before. */
function turn(direction) {
  const shots = shownShots();
  const shot = shots[clamp(shots.indexOf(activeShot()) + direction, 0, shots.length - 1)];
  if (!shot) return;
  shot.focus({ preventScroll: true });
  shot.scrollIntoView({ block: "start" });
  setActive(shot);
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
      activeShot();
    });
  });
}
