/* Videos are loaded when their shot comes near, and let go when it is far away. What is near is known without asking. */

const NEAR = "900px 0px";
const near = new Set(); // shots, in no order
const ofShot = new WeakMap(); // shot -> its players

const REST = 120; // milliseconds without scrolling after which what has come near is loaded: stills are enough on the way
const coming = new Set(); // shots that came near while the page was scrolled
let scrolled = -Infinity;
let resting = 0;

function watch(shots) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) leave(target);
        else for (const set of [near, coming]) set.add(target);
      }
      letCome();
    },
    { rootMargin: NEAR },
  );
  for (const shot of shots) observer.observe(shot);
  addEventListener("scroll", () => (scrolled = performance.now()), { passive: true });
}

/** Load what is near, once scrolling rests. */
function letCome() {
  clearTimeout(resting);
  const since = performance.now() - scrolled;
  if (since < REST) {
    resting = setTimeout(letCome, REST - since + 10);
    return;
  }
  for (const shot of coming) come(shot);
  coming.clear();
}

function leave(shot) {
  near.delete(shot);
  if (coming.delete(shot)) return;
  go(shot);
}

const playersOf = (shot) => ofShot.get(shot) ?? [];

function come(shot) {
  if (shot.classList.contains("folded")) return;
  offerWords(shot);
  for (const player of playersOf(shot)) {
    player.apply();
    player.show();
    drawWaves(player);
  }
}

function go(shot) {
  for (const player of playersOf(shot)) {
    player.pause();
    for (const clip of player.clips) clip.detach();
  }
}
