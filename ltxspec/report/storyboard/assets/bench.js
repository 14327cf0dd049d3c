/* Up to four results of a shot at once, in step. */

const MOST_CELLS = 4;
let bench = null; // {shot, cells: [Clip], playing}

function openBench(shot) {
  for (const player of players) player.pause();
  const every = playableOf(shot);
  const shown = every.slice(-MOST_CELLS);
  bench = { shot, cells: [], judges: [], playing: false, time: 0 };
  document.getElementById("bench-title").textContent = `Takes of ${takesOf(shot).address}`;
  const place = document.getElementById("bench-cells");
  place.dataset.number = shown.length;
  place.replaceChildren(...shown.map((one, index) => benchCell(every, one, index)));
  const dialog = document.getElementById("bench");
  dialog.showModal();
  seekBench(0);
}

function benchCell(every, chosen, index) {
  const choice = make("select", { "aria-label": `Video ${index + 1}` });
  every.forEach((one, place) => choice.append(make("option", { value: place }, `${nameOfResult(one.take, one.result)} · ${priceOf(one.take, one.result)}`)));
  choice.value = every.indexOf(chosen);
  const screen = make("div", { class: "screen" }, make("video", { preload: "none", playsinline: true, "aria-label": `Video ${index + 1}` }), make("p", { class: "trouble", hidden: true }, "This browser cannot play the video."));
  const video = find(screen, "video");
  video.muted = true;
  const show = () => {
    const { take, result } = every[choice.value];
    const facts = take.results[result - 1].clip;
    const clip = bench.cells[index] ?? new Clip(video, facts);
    clip.detach();
    Object.assign(clip, { facts, broken: false, wanted: null });
    find(screen, ".trouble").hidden = true;
    bench.cells[index] = clip;
    judge();
  };
  const judge = () => {
    const { take } = every[choice.value];
    decided.textContent = standing(take);
    choices.hidden = !take.succeeded;
    for (const one of all(choices, "button")) one.setAttribute("aria-pressed", String(take.succeeded && verdictOf(take.task)?.verdict === one.value));
  };
  const choices = make("span", { class: "deciding", role: "group", "aria-label": `Verdict about video ${index + 1}` },
    ...Object.entries(VERDICTS).map(([value, [sign]], place) => make("button", { type: "button", value }, make("i", { "aria-hidden": "true" }, sign), ` ${["Approve", "Needs work", "Reject"][place]}`)));
  choices.addEventListener("click", async (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    await decide(bench.shot, every[choice.value].take.task, pressed.value);
    if (bench) for (const again of bench.judges) again();
  });
  const decided = make("span", { class: "soft" });
  show();
  bench.judges.push(judge);
  choice.addEventListener("change", () => {
    show();
    seekBench(bench.time);
  });
  return make("figure", { class: "cell" }, screen, make("figcaption", {}, choice, decided, choices));
}

const benchLength = () => Math.max(...bench.cells.map((clip) => clip.seconds));

function seekBench(time) {
  playBench(false);
  bench.time = clamp(time, 0, benchLength());
  for (const clip of bench.cells) {
    clip.attach();
    clip.show(Math.min(bench.time, clip.seconds));
  }
  tellBench();
}

function tellBench() {
  document.getElementById("bench-scrub").value = Math.round((bench.time / benchLength()) * 1000);
  document.getElementById("bench-time").textContent = `${bench.time.toFixed(2)} / ${benchLength().toFixed(2)} s`;
}

async function playBench(on) {
  if (!bench || bench.playing === on) return;
  bench.playing = on;
  const play = document.getElementById("bench-play");
  play.setAttribute("aria-label", on ? "Pause" : "Play");
  find(play, "use").setAttribute("href", on ? "#icon-pause" : "#icon-play");
  if (!on) return bench.cells.forEach((clip) => clip.video.pause());
  if (bench.time >= benchLength() - 0.05) {
    bench.time = 0;
    for (const clip of bench.cells) clip.show(0);
  }
  await Promise.all(bench.cells.map((clip) => clip.settled()));
  if (!bench?.playing) return;
  for (const clip of bench.cells) if (bench.time < clip.seconds) clip.video.play().catch(() => playBench(false));
  requestAnimationFrame(stepBench);
}

function stepBench() {
  if (!bench?.playing) return;
  const lead = bench.cells.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  bench.time = lead.video.currentTime;
  for (const clip of bench.cells) if (clip !== lead && !clip.video.ended && Math.abs(clip.video.currentTime - bench.time) > FARTHEST && bench.time < clip.seconds) clip.video.currentTime = bench.time;
  tellBench();
  if (lead.video.ended) playBench(false);
  else requestAnimationFrame(stepBench);
}

function listenForBench() {
  const dialog = document.getElementById("bench");
  document.getElementById("bench-play").addEventListener("click", () => playBench(!bench.playing));
  document.getElementById("bench-scrub").addEventListener("input", (event) => seekBench((event.target.value / 1000) * benchLength()));
  dialog.addEventListener("close", () => {
    playBench(false);
    for (const clip of bench.cells) clip.detach();
    bench = null;
  });
}
