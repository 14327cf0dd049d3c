/* One transport for the videos of a shot: they show the same moment, playing or not. */

const settings = { speed: 1, sound: "", loop: false, mode: "side", face: "after", gain: 1 }; // of the whole page: a choice goes along to the next shot
const players = [];
const FARTHEST = 0.15; // seconds apart from which a video jumps instead of hurrying

class Player {
  constructor(root, sources) {
    this.root = root;
    this.clips = all(root, "video").map((video) => new Clip(video, sources[video.dataset.side]));
    this.frame = 0;
    this.from = this.to = null; // in and out point, as frames
    this.playing = false;
    this.scrub = null; // until it has controls
    this.measure();
    for (const clip of this.clips) clip.cover();
    this.fit();
  }

  /** Make room for its videos: again when another one is put on a side. */
  fit() {
    for (const clip of this.clips) clip.video.closest(".side").style.setProperty("--aspect", clip.aspect);
    this.root.style.setProperty("--aspect", Math.max(...this.clips.map((clip) => clip.aspect)));
    this.root.dataset.shape = this.clips[0].aspect < 1 ? "tall" : "wide";
    this.root.classList.toggle("two", this.clips.length > 1);
  }

  /** Give it its controls. Few of a thousand shots ever need them. */
  build() {
    if (this.scrub) return;
    const controls = document.getElementById("controls").content.cloneNode(true);
    for (const radio of all(controls, '[name="mode"]')) radio.name += `-${this.root.dataset.player}`;
    if (this.clips.length < 2 && !canBePair(this)) for (const part of all(controls, ".of-pairs")) part.remove();
    find(this.root, ".stage").after(controls);
    this.root.classList.add("built");
    this.scrub = control(this.root, "scrub");
    this.scrub.max = this.frames - 1;
    this.listen();
    showFlags(this);
    for (const listen of [listenForComparing, listenForMarks, listenForPeeking, listenForZooming, listenForSound]) listen(this);
    this.tell();
  }

  /** How long the clips are, and how fine: again when another one is put on a side. */
  measure() {
    this.lead = this.clips.reduce((one, other) => (other.seconds > one.seconds ? other : one));
    this.fps = Math.max(...this.clips.map((clip) => clip.facts.fps)); // frames are stepped at the finer rate
    this.frames = Math.max(1, Math.round(this.lead.seconds * this.fps));
    this.frame = Math.min(this.frame, this.frames - 1);
    if (this.scrub) this.scrub.max = this.frames - 1;
  }

  listen() {
    control(this.root, "play").addEventListener("click", () => this.toggle());
    control(this.root, "back").addEventListener("click", () => this.step(-1));
    control(this.root, "on").addEventListener("click", () => this.step(1));
    control(this.root, "full").addEventListener("click", () => this.fill());
    control(this.root, "loop").addEventListener("click", () => change("loop", !settings.loop));
    this.scrub.addEventListener("input", () => this.goTo(Number(this.scrub.value)));
    control(this.root, "speed").addEventListener("change", (event) => change("speed", Number(event.target.value)));
    for (const still of all(this.root, ".still")) {
      still.addEventListener("click", () => this.goTo(Math.floor(Number(still.dataset.seconds) * this.fps + 0.01)));
    }
    find(this.root, ".stage").addEventListener("click", (event) => {
      const dragged = (this.root.dataset.mode === "wipe" && !isGrid()) || this.dragged;
      this.dragged = false;
      if (event.target.tagName === "VIDEO" && !dragged) this.toggle();
    });
  }

  get time() {
    return (this.frame + 0.5) / this.fps;
  }

  /** Stop at a frame and show it. */
  goTo(frame) {
    this.build();
    this.pause();
    this.frame = clamp(Math.round(frame), 0, this.frames - 1);
    this.show();
  }

  step(frames) {
    this.goTo(this.frame + frames);
  }

  skip(seconds) {
    this.step(Math.round(seconds * this.fps));
  }

  show() {
    for (const clip of this.clips) {
      clip.attach();
      clip.show(this.time);
    }
    this.tell();
  }

  toggle() {
    this.build();
    if (this.playing) this.pause();
    else this.play();
  }

  async play() {
    for (const other of players) if (other !== this) other.pause();
    const { first, last, marked } = spanOf(this);
    if (this.frame >= last || (marked && this.frame < first)) this.frame = first;
    this.playing = true;
    this.show();
    await Promise.all(this.clips.map((clip) => clip.settled()));
    if (!this.playing) return;
    this.apply();
    for (const clip of this.running()) clip.video.play().catch(() => this.pause());
    requestAnimationFrame(() => this.tick());
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    for (const clip of this.clips) clip.video.pause();
    this.show();
  }

  /** The videos that are not over yet. */
  running() {
    return this.clips.filter((clip) => !clip.broken && this.time < clip.seconds);
  }

  /** While playing: follow the lead, and keep the other in step. */
  tick() {
    if (!this.playing) return;
    const lead = this.lead.broken ? this.running()[0] : this.lead;
    const now = lead ? lead.video.currentTime : Infinity;
    this.frame = clamp(Math.floor(now * this.fps), 0, this.frames - 1);
    if (!lead || lead.video.ended || now >= lead.seconds || this.frame > spanOf(this).last) return this.finish();
    for (const clip of this.running()) if (clip !== lead) follow(clip, now);
    this.tell();
    showLevels(this);
    requestAnimationFrame(() => this.tick());
  }

  finish() {
    this.pause();
    const { last, marked } = spanOf(this);
    this.frame = last;
    if (settings.loop || marked) this.play();
    else this.show();
  }

  /** Write the page's settings into the videos and the controls. */
  apply() {
    this.build();
    for (const { video } of this.clips) video.playbackRate = settings.speed;
    applySound(this);
    control(this.root, "speed").value = String(settings.speed);
    control(this.root, "loop").setAttribute("aria-pressed", settings.loop);
    compare(this);
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen();
  }

  /** Write where we are into the controls. */
  tell() {
    const seconds = this.frame / this.fps;
    const text = `${seconds.toFixed(2)} / ${this.lead.seconds.toFixed(2)} s`;
    const play = control(this.root, "play");
    this.scrub.value = this.frame;
    this.scrub.setAttribute("aria-valuetext", `${seconds.toFixed(2)} seconds, frame ${this.frame + 1} of ${this.frames}`);
    const [time, frame] = display(this.root, "time").children;
    time.textContent = text;
    frame.textContent = ` · frame ${this.frame + 1}`;
    for (const clip of this.clips) clip.tell(this.frame / this.fps);
    if (this.shown === this.playing) return;
    this.shown = this.playing;
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    find(play, "use").setAttribute("href", this.playing ? "#icon-pause" : "#icon-play");
  }
}

/** Bring a playing video to the lead's time: a little faster or slower, or at once where it is far off. */
function follow(clip, now) {
  const behind = now - clip.video.currentTime;
  if (Math.abs(behind) > FARTHEST && !clip.video.seeking) clip.video.currentTime = now;
  const hurry = Math.abs(behind) > 0.2 / clip.facts.fps ? clamp(behind * 3, -0.2, 0.2) : 0;
  clip.video.playbackRate = settings.speed * (1 + hurry);
}

/** Scroll so that the picture of a player and its modes are in sight, where they are too low and there is room for them. */
function showWhole(player) {
  const settled = player && find(player.root, ".settings");
  if (!settled) return;
  const low = settled.getBoundingClientRect().bottom - innerHeight;
  const room = find(player.root, ".stage").getBoundingClientRect().top - bar.getBoundingClientRect().height;
  if (low > 0 && low <= room) scrollBy({ top: low, behavior: "instant" });
}

/** Change a setting of the page; the shot in use stays where it is. */
function change(name, value) {
  settings[name] = value;
  const shot = activeShot();
  const top = shot?.getBoundingClientRect().top;
  for (const one of near) for (const player of playersOf(one)) player.apply(); // others apply it when they come near
  if (shot) scrollBy(0, shot.getBoundingClientRect().top - top);
  if (shot && name === "mode" && !isGrid()) showWhole(playerIn(shot));
}
