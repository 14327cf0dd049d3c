/* One video of a player, told which frame to show. Times are seconds from its first frame. */

const READY_TO_SHOW = 2; // HTMLMediaElement.HAVE_CURRENT_DATA
const READY_TO_PLAY = 3; // HTMLMediaElement.HAVE_FUTURE_DATA

const unpacked = new Map(); // id of an embedded video -> its address

class Clip {
  /** facts: {href | film and type, fps, frames, audio} */
  constructor(video, facts) {
    this.video = video;
    this.facts = facts;
    this.wanted = null; // where to be, while a seek is under way
    this.broken = false;
    for (const event of ["loadedmetadata", "seeked"]) video.addEventListener(event, () => this.seek());
    video.addEventListener("error", () => this.fail());
  }

  get side() {
    return this.video.dataset.side;
  }

  get seconds() {
    return this.facts.frames / this.facts.fps;
  }

  get aspect() {
    return Number(this.video.getAttribute("width")) / Number(this.video.getAttribute("height"));
  }

  frameAt(time) {
    return clamp(Math.floor(time * this.facts.fps + 0.001), 0, this.facts.frames - 1);
  }

  /** Show its first still at once, and whenever there is no video: never a black box. */
  cover() {
    const [first] = this.stills();
    if (first) this.video.poster = first.image;
  }

  /** Its stills on the page: [{seconds, image}]. */
  stills() {
    const side = this.video.closest(".side");
    this.strip ??= all(this.video.closest(".player"), ".strip")[all(side.parentElement, ".side").indexOf(side)];
    if (!this.strip) return [];
    return all(this.strip, ".still").map((still) => ({ seconds: Number(still.dataset.seconds), image: find(still, "img").getAttribute("src") }));
  }

  /** Mark it as over while the other one goes on. */
  tell(time) {
    find(this.video.parentElement, ".ended").hidden = time < this.seconds;
  }

  /** Give the element its video. Only what is near the viewport has one. */
  attach() {
    if (this.video.hasAttribute("src") || this.broken) return;
    this.video.preload = "metadata";
    this.video.src = this.address();
  }

  /** Take it away again: a browser holds only so many at once. */
  detach() {
    if (!this.video.hasAttribute("src")) return;
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Where its video is: a file, or a copy of what is in the page, which all its players share. */
  address() {
    const { href, film, type } = this.facts;
    if (href !== undefined) return href;
    if (!unpacked.has(film)) unpacked.set(film, URL.createObjectURL(new Blob([this.bytes()], { type })));
    return unpacked.get(film);
  }

  /** The bytes of an embedded video. */
  bytes() {
    const text = atob(document.getElementById(this.facts.film).textContent.trim());
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  }

  /** Show the frame of a time; the last one when the video is over by then. The middle of a frame is safe to aim at. */
  show(time) {
    this.wanted = (this.frameAt(time) + 0.5) / this.facts.fps;
    this.seek();
  }

  seek() {
    if (this.wanted === null || this.video.seeking || this.video.readyState < 1) return;
    if (Math.abs(this.video.currentTime - this.wanted) < 0.0005) this.wanted = null;
    else this.video.currentTime = this.wanted;
  }

  /** Resolves when the wanted frame is there and playing can start, or never will. */
  async settled() {
    this.video.preload = "auto";
    const events = ["seeked", "canplay", "error", "emptied"];
    while (!this.broken && (this.wanted !== null || this.video.seeking || this.video.readyState < READY_TO_SHOW)) {
      await new Promise((resolve) => {
        for (const event of events) this.video.addEventListener(event, resolve, { once: true });
      });
    }
  }

  fail() {
    if (!this.video.hasAttribute("src")) return; // taken away on purpose
    this.broken = true;
    find(this.video.parentElement, ".trouble").hidden = false;
  }
}
