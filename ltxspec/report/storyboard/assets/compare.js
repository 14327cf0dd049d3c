/* Two videos over one another: blended, wiped, or subtracted. What happens to their pixels stands in page.css. */

const MIX_WORDS = { overlay: "After, opacity", wipe: "Wipe at" };

/** Lay a player out as the page's setting says, where it has two videos. */
function compare(player) {
  const mix = control(player.root, "mix");
  if (!mix || player.clips.length < 2) return;
  const mode = settings.mode;
  player.root.dataset.mode = mode;
  find(player.root, `.modes input[value="${mode}"]`).checked = true;
  mix.parentElement.hidden = !(mode in MIX_WORDS);
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

function listenForComparing(player) {
  const mix = control(player.root, "mix");
  if (!mix) return;
  mix.addEventListener("input", () => setMix(player, Number(mix.value)));
  for (const radio of all(player.root, ".modes input")) radio.addEventListener("change", () => change("mode", radio.value));
  const stage = find(player.root, ".stage");
  const drag = (event) => {
    const box = stage.getBoundingClientRect();
    setMix(player, Math.round(((event.clientX - box.left) / box.width) * 100));
  };
  stage.addEventListener("pointerdown", (event) => {
    if (player.root.dataset.mode !== "wipe" || event.target.closest("a")) return;
    stage.setPointerCapture(event.pointerId);
    drag(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (stage.hasPointerCapture(event.pointerId)) drag(event);
  });
}
