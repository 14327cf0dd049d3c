/* Videos are loaded when their shot comes near, and let go when it is far away. What is near is known without asking. */

const NEAR = "170% 0px"; // a little farther than what the browser lays out ahead, so that no shot changes its height in sight
const SOON = 900; // pixels from the viewport within which videos are loaded
const near = new Set(); // shots, in no order
const whenNear = []; // functions of a shot that has come near, from other parts of the page: one observer is enough
const ofShot = new WeakMap(); // shot -> its players

const REST = 120; // milliseconds without scrolling after which what has come near is loaded: stills are enough on the way
const waiting = new Set(); // shots that are near and whose videos are not loaded yet
let scrolled = -Infinity;
let resting = 0;

function watch(shots) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        isIntersecting ? arrive(target) : leave(target);
      }
      letCome();
    },
    { rootMargin: NEAR },
  );
  for (const shot of shots) observer.observe(shot);
  const rest = () => {
    scrolled = performance.now();
    if (!resting) resting = setTimeout(letCome, REST);
  };
  addEventListener("scroll", rest, { passive: true });
  addEventListener("resize", rest, { passive: true });
}

/** Load the videos of what is close, once scrolling rests. */
function letCome() {
  clearTimeout(resting);
  const left = REST - (performance.now() - scrolled);
  resting = left > 0 ? setTimeout(letCome, left + 10) : 0;
  if (resting) return;
  for (const shot of waiting) {
    const { top, bottom } = shot.getBoundingClientRect();
    if (bottom < -SOON || top > innerHeight + SOON) continue;
    waiting.delete(shot);
    come(shot);
  }
}

function arrive(shot) {
  near.add(shot);
  waiting.add(shot);
  if (!shot.classList.contains("folded")) mount(shot);
  for (const tell of whenNear) tell(shot);
}

function leave(shot) {
  near.delete(shot);
  if (!waiting.delete(shot)) go(shot);
}

const playersOf = (shot) => ofShot.get(shot) ?? [];

function come(shot) {
  if (shot.classList.contains("folded")) return;
  mountAll(shot);
  shot.classList.add("met");
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
