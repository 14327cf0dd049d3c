/* Two videos over one another: blended, wiped, subtracted, or in turn. What happens to their pixels stands in page.css. */

const MIX_WORDS = { overlay: "After, opacity", wipe: "Wipe at" };
const GRIP = 28; // pixels beside the divider that still take hold of it in a zoomed picture

/** Lay a player out as the page's setting says, where it has two videos. */
function compare(player) {
  const mix = control(player.root, "mix");
  if (!mix || player.clips.length < 2) return;
  const mode = settings.mode;
  player.root.dataset.mode = mode;
  player.root.dataset.face = settings.face;
  player.root.style.setProperty("--gain", settings.gain);
  find(player.root, `.modes input[value="${mode}"]`).checked = true;
  mix.parentElement.hidden = !(mode in MIX_WORDS);
  const gain = control(player.root, "gain");
  gain.parentElement.hidden = mode !== "difference";
  gain.value = settings.gain;
  gain.setAttribute("aria-valuetext", `${settings.gain} times`);
  display(player.root, "gain").textContent = `Gain ×${settings.gain}`;
  setMix(player, Number(mix.value));
}

/** How far the wipe is, or how much of "after" is seen, in per cent. */
function setMix(player, percent) {
  const mix = control(player.root, "mix");
  mix.value = clamp(percent, 0, 100);
  mix.setAttribute("aria-valuetext", `${mix.value} %`);
  display(player.root, "mix").textContent = `${MIX_WORDS[settings.mode] ?? ""} ${mix.value} %`;
  player.root.style.setProperty("--mix", mix.value / 100);
}

/** Show the other of two videos in the same place; the first time, lay them over one another. */
function blink() {
  settings.face = settings.mode === "blink" && settings.face === "after" ? "before" : "after";
  change("mode", "blink");
}

/** Whether a pointer in the stage moves the divider: everywhere, or, in a zoomed picture, close to it. */
function wipes(player, event) {
  if (player.root.dataset.mode !== "wipe" || isGrid()) return false;
  if (!(player.zoom > 1)) return true;
  const box = find(player.root, ".stage").getBoundingClientRect();
  return Math.abs(event.clientX - box.left - box.width * Number(control(player.root, "mix").value) / 100) < GRIP;
}

function listenForComparing(player) {
  const mix = control(player.root, "mix");
  if (!mix) return;
  mix.addEventListener("input", () => setMix(player, Number(mix.value)));
  control(player.root, "gain").addEventListener("input", (event) => change("gain", Number(event.target.value)));
  for (const radio of all(player.root, ".modes input")) radio.addEventListener("change", () => change("mode", radio.value));
  const stage = find(player.root, ".stage");
  let wiping = false;
  const drag = (event) => {
    const box = stage.getBoundingClientRect();
    setMix(player, Math.round(((event.clientX - box.left) / box.width) * 100));
  };
  stage.addEventListener("pointerdown", (event) => {
    wiping = wipes(player, event) && !event.target.closest("a, button");
    if (!wiping) return;
    stage.setPointerCapture(event.pointerId);
    drag(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (wiping && stage.hasPointerCapture(event.pointerId)) drag(event);
  });
  stage.addEventListener("pointerup", () => (wiping = false));
}
