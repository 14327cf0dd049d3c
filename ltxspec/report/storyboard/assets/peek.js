/* A small picture of each side above the slider, of the moment under the pointer: a still at once, then the frame itself. */

class Peek {
  constructor(clip, stills) {
    this.clip = clip;
    this.stills = stills;
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, preload: "auto", poster: stills[0]?.image ?? "" });
    this.wanted = null;
    for (const event of ["loadedmetadata", "seeked"]) this.video.addEventListener(event, () => this.seek());
    this.video.src = clip.address();
  }

  show(time) {
    const nearest = this.stills.reduce((one, other) => (Math.abs(other.seconds - time) < Math.abs(one.seconds - time) ? other : one), this.stills[0]);
    if (nearest && this.video.readyState < READY_TO_SHOW) this.video.poster = nearest.image;
    this.wanted = (this.clip.frameAt(time) + 0.5) / this.clip.facts.fps;
    this.seek();
  }

  seek() {
    if (this.wanted === null || this.video.seeking || this.video.readyState < 1) return;
    const to = this.wanted;
    this.wanted = null;
    this.video.currentTime = to;
  }

  end() {
    this.video.removeAttribute("src");
    this.video.load();
  }
}

function listenForPeeking(player) {
  const track = find(player.root, ".track");
  const box = display(player.root, "peek");
  let peeks = [];
  const hide = () => {
    for (const peek of peeks) peek.end();
    peeks = [];
    box.hidden = true;
    box.replaceChildren();
  };
  track.addEventListener("pointermove", (event) => {
    if (!peeks.length) {
      peeks = player.clips.filter((clip) => !clip.broken).map((clip) => new Peek(clip, clip.stills()));
      box.replaceChildren(...peeks.map((peek) => peek.video), document.createElement("b"));
    }
    const area = track.getBoundingClientRect();
    const share = clamp((event.clientX - area.left) / area.width, 0, 1);
    const time = (Math.round(share * (player.frames - 1)) + 0.5) / player.fps;
    for (const peek of peeks) peek.show(time);
    box.lastChild.textContent = `${(time - 0.5 / player.fps).toFixed(2)} s`;
    box.hidden = false;
    box.style.left = `${clamp(share * area.width - box.offsetWidth / 2, 0, Math.max(0, area.width - box.offsetWidth))}px`;
  });
  for (const event of ["pointerleave", "pointercancel"]) track.addEventListener(event, hide);
}
