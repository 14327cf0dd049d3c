/* All shots in order, one after another, as the cut they will be; before or after. */

class Cut {
  constructor(dialog) {
    this.dialog = dialog;
    this.videos = all(dialog, "video"); // one on the screen, the other with the next shot ready
    this.side = "after";
    this.items = [];
    this.index = 0;
    this.playing = false;
    this.scrub = control(dialog, "cut-scrub");
    this.listen();
  }

  listen() {
    control(this.dialog, "cut-play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    control(this.dialog, "cut-back").addEventListener("click", () => this.turn(-1));
    control(this.dialog, "cut-on").addEventListener("click", () => this.turn(1));
    control(this.dialog, "cut-sound").addEventListener("click", () => this.hear());
    control(this.dialog, "cut-close").addEventListener("click", () => this.dialog.close());
    for (const radio of all(this.dialog, '[name="cut-side"]')) radio.addEventListener("change", () => this.turnSide(radio.value));
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value) / 1000));
    this.dialog.addEventListener("close", () => this.end());
    this.dialog.addEventListener("keydown", (event) => this.press(event));
    for (const video of this.videos) {
      video.addEventListener("error", () => video === this.videos[0] && video.hasAttribute("src") && this.playing && this.next());
      video.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    }
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.dialog.open) return;
    const does = {
      " ": () => (this.playing ? this.pause() : this.play()),
      ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1), k: () => this.turn(-1), j: () => this.turn(1),
      b: () => this.turnSide(this.side === "after" ? "before" : "after"),
      m: () => this.hear(),
    }[event.key];
    const input = event.target.closest("input");
    if (!does || (input && event.key.startsWith("Arrow")) || (event.key === " " && event.target.closest("button"))) return;
    event.preventDefault();
    does();
  }

  /** What plays on a side. A shot that is still to come plays the video it has, and says so. */
  build() {
    let start = 0;
    this.items = shownShots().flatMap((shot) => {
      const clips = clipsOf(shot);
      const { kind, same, earlier } = shot.dataset;
      if (this.side === "after" ? kind === "retired" : earlier) return [];
      const own = clips.find((clip) => clip.side === this.side || same);
      const clip = own ?? (this.side === "after" ? clips[0] : undefined);
      if (!clip) return [];
      const item = { shot, clip, start, stands: !own, put: clip.put ?? "" };
      start += clip.seconds;
      return [item];
    });
    this.seconds = start;
    this.scrub.max = Math.max(1, Math.round(start * 1000));
  }

  open() {
    for (const player of players) player.pause();
    const from = activeShot();
    this.build();
    this.dialog.showModal();
    control(this.dialog, "cut-play").focus();
    const at = scrollY > 100 ? this.items.findIndex((item) => item.shot === from) : 0;
    this.show(Math.max(0, at), 0);
    this.play();
  }

  end() {
    this.pause();
    for (const video of this.videos) this.unload(video);
    const shot = this.items[this.index]?.shot;
    if (shot) land(shot);
  }

  /** The item and the time within it of a time in the cut. */
  seek(time) {
    const index = Math.max(0, this.items.findLastIndex((item) => item.start <= time));
    this.show(index, time - (this.items[index]?.start ?? 0));
    if (this.playing) this.run();
  }

  load(video, clip) {
    if (video.clip === clip) return;
    this.unload(video);
    video.clip = clip;
    video.poster = clip.stills()[0]?.image ?? "";
    video.preload = "auto";
    video.src = clip.address();
  }

  unload(video) {
    video.clip = null;
    video.removeAttribute("poster");
    if (!video.hasAttribute("src")) return;
    video.removeAttribute("src");
    video.load();
  }

  show(index, time) {
    const item = this.items[index];
    this.index = index;
    if (item) {
      if (this.videos[1].clip === item.clip && this.videos[0].clip !== item.clip) this.videos.reverse();
      const [screen, other] = this.videos;
      this.load(screen, item.clip);
      other.pause();
      other.hidden = true;
      screen.hidden = false;
      const to = Math.min(time, item.clip.seconds - 0.5 / item.clip.facts.fps) || 0.5 / item.clip.facts.fps;
      if (Math.abs(screen.currentTime - to) > 0.001) screen.currentTime = to;
      screen.setAttribute("aria-label", item.shot.dataset.address);
      const next = this.items[index + 1];
      if (next && next.clip !== item.clip) this.load(other, next.clip);
      else this.unload(other);
    }
    this.tell();
  }

  play() {
    if (!this.items.length) return;
    if (this.now() >= this.seconds - 0.1) this.show(0, 0);
    this.playing = true;
    this.run();
    requestAnimationFrame(() => this.tick());
  }

  run() {
    const video = this.videos[0];
    video.playbackRate = settings.speed;
    video.muted = !(this.heard && video.clip.facts.audio);
    video.play().catch((error) => error.name !== "AbortError" && !video.error && this.pause());
    this.tell();
  }

  pause() {
    this.playing = false;
    for (const video of this.videos) video.pause();
    this.tell();
  }

  now() {
    return (this.items[this.index]?.start ?? 0) + this.videos[0].currentTime;
  }

  tick() {
    if (!this.playing) return;
    const item = this.items[this.index];
    if (this.videos[0].ended || this.videos[0].currentTime >= item.clip.seconds) this.next();
    else this.tell();
    requestAnimationFrame(() => this.tick());
  }

  next() {
    if (this.index + 1 >= this.items.length) return this.pause();
    this.show(this.index + 1, 0);
    this.run();
  }

  turn(direction) {
    this.show(clamp(this.index + direction, 0, this.items.length - 1), 0);
    if (this.playing) this.run();
  }

  /** The other side, at the same shot and moment where it has that. */
  turnSide(side) {
    const { shot } = this.items[this.index] ?? {};
    const time = this.videos[0].currentTime;
    this.side = side;
    find(this.dialog, `[name="cut-side"][value="${side}"]`).checked = true;
    this.build();
    const index = this.items.findIndex((item) => item.shot === shot);
    this.show(Math.max(0, index), index < 0 ? 0 : time);
    if (this.playing) this.run();
  }

  hear() {
    this.heard = !this.heard;
    this.videos[0].muted = !(this.heard && this.videos[0].clip?.facts.audio);
    this.tell();
  }

  tell() {
    const item = this.items[this.index];
    const play = control(this.dialog, "cut-play");
    const sound = control(this.dialog, "cut-sound");
    display(this.dialog, "cut-name").textContent = item?.shot.dataset.address ?? "No video on this side";
    display(this.dialog, "cut-note").textContent = item?.stands ? `not rendered yet: ${item.shot.dataset.earlier ? "an earlier take" : "the video of before"}` : item?.put ?? "";
    display(this.dialog, "cut-place").textContent = item ? `${this.index + 1} of ${this.items.length}` : "";
    display(this.dialog, "cut-time").textContent = `${this.now().toFixed(1)} / ${this.seconds.toFixed(1)} s`;
    this.scrub.value = Math.round(this.now() * 1000);
    this.scrub.setAttribute("aria-valuetext", `${this.now().toFixed(1)} seconds, ${item?.shot.dataset.address ?? ""}`);
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    find(play, "use").setAttribute("href", this.playing ? "#icon-pause" : "#icon-play");
    sound.setAttribute("aria-pressed", Boolean(this.heard));
    find(sound, "use").setAttribute("href", this.heard ? "#icon-sound" : "#icon-mute");
  }
}

let cut = null;

function playAll() {
  cut ??= new Cut(document.getElementById("cut"));
  cut.open();
}
