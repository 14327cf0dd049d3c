/* Videos are loaded when their shot comes near, and let go when it is far away. What is near is known without asking. */

const NEAR = "900px 0px";
const near = new Set(); // shots, in no order
const ofShot = new WeakMap(); // shot -> its players

function watch(shots) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? come(target) : go(target);
    },
    { rootMargin: NEAR },
  );
  for (const shot of shots) observer.observe(shot);
}

const playersOf = (shot) => ofShot.get(shot) ?? [];

function come(shot) {
  near.add(shot);
  if (shot.classList.contains("folded")) return;
  offerWords(shot);
  for (const player of playersOf(shot)) {
    player.apply();
    player.show();
    drawWaves(player);
  }
}

function go(shot) {
  near.delete(shot);
  for (const player of playersOf(shot)) {
    player.pause();
    for (const clip of player.clips) clip.detach();
  }
}
