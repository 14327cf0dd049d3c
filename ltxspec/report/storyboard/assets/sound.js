/* Sound of one side at a time, with its level, and the waveforms of videos that are inside the page.

A page from disk may not look into the sound of files beside it: there sound plays, and nothing is measured. */

const FLOOR = -60; // dB at the left end of a level
const BINS = 240; // bars of a waveform
let listening = null; // AudioContext, from the first sound on

const canMeasure = (clip) => clip.facts.film !== undefined || /^https?:$/.test(location.protocol);

/** Write into the captions which side is heard. */
function applySound(player) {
  for (const { video, facts, side } of player.clips) {
    const heard = facts.audio && settings.sound === side;
    video.muted = !heard;
    const button = find(video.closest(".side"), '[data-do="hear"]');
    if (!button) continue;
    button.setAttribute("aria-pressed", heard);
    find(button, "use").setAttribute("href", heard ? "#icon-sound" : "#icon-mute");
  }
}

/** A reader asked for the sound of a side, or for silence. */
function hear(side) {
  change("sound", settings.sound === side ? "" : side);
  const player = here();
  if (settings.sound && player) measure(player.clips.find((clip) => clip.side === side));
}

/** Let a clip's sound pass by a meter, where that is allowed. */
function measure(clip) {
  if (!clip?.facts.audio || clip.meter || !canMeasure(clip)) return;
  try {
    listening ??= new AudioContext();
    listening.resume();
    const meter = new AnalyserNode(listening, { fftSize: 2048 });
    listening.createMediaElementSource(clip.video).connect(meter).connect(listening.destination);
    clip.meter = { meter, samples: new Float32Array(meter.fftSize) };
  } catch {
    // without Web Audio there is sound, and no level
  }
}

/** Draw the level of every clip that is measured: a bar from -60 dB to full scale. */
function showLevels(player) {
  for (const clip of player.clips) {
    if (!clip.meter) continue;
    const { meter, samples } = clip.meter;
    meter.getFloatTimeDomainData(samples);
    const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const bar = find(clip.video.closest(".side"), ".level");
    bar.hidden = false;
    bar.style.setProperty("--level", clamp(1 - (20 * Math.log10(peak + 1e-9)) / FLOOR, 0, 1));
  }
}

/** Draw the waveforms of a player under its slider: only for videos inside the page, whose bytes it may read. */
async function drawWaves(player) {
  const clips = player.clips.filter((clip) => clip.facts.audio && clip.facts.film);
  if (player.waved || !clips.length || typeof OfflineAudioContext === "undefined") return;
  player.waved = {};
  const { waved } = player;
  for (const clip of clips) {
    try {
      const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(clip.bytes().buffer);
      if (player.waved !== waved) return; // something else was put on a side meanwhile
      const waves = find(player.root, ".waves");
      const name = find(clip.video.closest(".side"), "figcaption b").textContent;
      waves.append(Object.assign(document.createElement("span"), { textContent: name }), waveOf(sound.getChannelData(0), clip, player));
      waves.hidden = false;
    } catch {
      // a sound that this browser cannot decode has no waveform
    }
  }
}

function waveOf(samples, clip, player) {
  const canvas = Object.assign(document.createElement("canvas"), { width: BINS * 3, height: 32, className: "wave" });
  canvas.style.width = `${(100 * clip.seconds) / player.lead.seconds}%`;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(find(player.root, ".waves")).color;
  const each = Math.max(1, Math.floor(samples.length / BINS));
  for (let bin = 0; bin < BINS; bin++) {
    let peak = 0;
    for (let at = bin * each; at < Math.min(samples.length, (bin + 1) * each); at++) peak = Math.max(peak, Math.abs(samples[at]));
    const height = Math.max(1, Math.sqrt(peak) * canvas.height); // so that what is quiet is seen as well
    pen.fillRect(bin * 3, (canvas.height - height) / 2, 2, height);
  }
  canvas.addEventListener("click", (event) => player.goTo((event.offsetX / canvas.clientWidth) * clip.seconds * player.fps));
  return canvas;
}

function listenForSound(player) {
  player.root.addEventListener("click", ({ target }) => {
    const pressed = target.closest('[data-do="hear"]');
    if (pressed) hear(pressed.value);
  });
}
