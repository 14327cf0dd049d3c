/* Videos are loaded when their shot comes near, and let go when it is far away. */

const NEAR = "900px 0px";

function watch(shots) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) for (const player of playersOf(target)) isIntersecting ? come(player) : go(player);
    },
    { rootMargin: NEAR },
  );
  for (const shot of shots) observer.observe(shot);
}

const playersOf = (shot) => players.filter((player) => shot.contains(player.root));

function come(player) {
  player.apply();
  player.show();
}

function go(player) {
  player.pause();
  for (const clip of player.clips) clip.detach();
}
