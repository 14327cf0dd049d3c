/* Zoom and pan, always of both sides together: the same part of the picture, up to the video's own pixels and beyond. */

const STEP = 1.25;

/** How far it can be zoomed: at least to one video pixel on one pixel of the screen, and to four times the size that fits. */
function fullSize(player) {
  const video = player.lead.video;
  const shown = Math.min(video.clientWidth, (video.clientHeight * Number(video.getAttribute("width"))) / Number(video.getAttribute("height")));
  return shown ? Number(video.getAttribute("width")) / (shown * devicePixelRatio) : 1;
}

/** Zoom to a factor of the size that fits, around a point given as shares of the picture from its middle. */
function zoomTo(player, factor, at = { x: 0, y: 0 }) {
  const before = player.zoom ?? 1;
  const now = clamp(factor, 1, Math.max(4, fullSize(player)));
  const pan = player.pan ?? { x: 0, y: 0 };
  player.zoom = now;
  panTo(player, { x: at.x - ((at.x - pan.x) * now) / before, y: at.y - ((at.y - pan.y) * now) / before });
}

/** Move the picture; both in shares of its size, and never past its edges. */
function panTo(player, { x, y }) {
  const most = (player.zoom - 1) / 2;
  player.pan = { x: clamp(x, -most, most), y: clamp(y, -most, most) };
  const { style, dataset } = player.root;
  dataset.zoomed = player.zoom > 1;
  style.setProperty("--zoom", player.zoom);
  style.setProperty("--x", `${player.pan.x * 100}%`);
  style.setProperty("--y", `${player.pan.y * 100}%`);
  const share = Math.round((100 * player.zoom) / fullSize(player));
  const button = control(player.root, "zoom");
  button.textContent = player.zoom === 1 ? "Fit" : `${share} %`;
  button.setAttribute("aria-label", player.zoom === 1 ? "Zoom: fits" : `Zoom: ${share} per cent`);
}

const panBy = (player, x, y) => panTo(player, { x: player.pan.x + x * 0.1, y: player.pan.y + y * 0.1 });

/** From what fits to 100 %, and back. */
function flipZoom(player) {
  const full = fullSize(player);
  zoomTo(player, (player.zoom ?? 1) > 1 ? 1 : full > 1.01 ? full : 2);
}

function listenForZooming(player) {
  const stage = find(player.root, ".stage");
  const placed = (event) => {
    const box = (event.target.closest(".screen") ?? stage).getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width - 0.5, y: (event.clientY - box.top) / box.height - 0.5 };
  };
  control(player.root, "zoom").addEventListener("click", () => flipZoom(player));
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !document.fullscreenElement) return; // else the page scrolls
    event.preventDefault();
    zoomTo(player, (player.zoom ?? 1) * STEP ** (-event.deltaY / 60), placed(event));
  }, { passive: false });
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (!(player.zoom > 1) || wipes(player, event) || !event.target.closest(".screen") || event.target.closest("a")) return;
    from = { ...placed(event), pan: player.pan, screen: event.target.closest(".screen") };
    player.dragged = false;
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    const box = from.screen.getBoundingClientRect();
    const now = { x: (event.clientX - box.left) / box.width - 0.5, y: (event.clientY - box.top) / box.height - 0.5 };
    if (Math.hypot(now.x - from.x, now.y - from.y) > 0.01) player.dragged = true;
    panTo(player, { x: from.pan.x + now.x - from.x, y: from.pan.y + now.y - from.y });
  });
  for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => (from = null));
}
