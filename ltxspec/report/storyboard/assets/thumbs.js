/* The list shows each shot by a still. Only those in sight are loaded: a list of a thousand is long as well. */

const AHEAD = 20; // rows above and below

function listenForThumbnails() {
  const list = find(document, ".list");
  let waiting = false;
  const show = () => {
    waiting = false;
    const rows = all(list, "li:not([hidden])");
    const top = list.getBoundingClientRect().top;
    const first = Math.max(0, firstBelow(rows, top) - AHEAD);
    const last = firstBelow(rows, top + list.clientHeight) + AHEAD;
    for (const row of rows.slice(first, last)) addThumbnail(row);
  };
  const soon = () => {
    if (!waiting) requestAnimationFrame(show);
    waiting = true;
  };
  list.addEventListener("scroll", soon, { passive: true });
  for (const name of ["input", "change"]) find(document, ".bar").addEventListener(name, soon); // other rows, or another order
  new ResizeObserver(soon).observe(list);
}

/** The number of the first row whose upper edge is below a height in the viewport. */
function firstBelow(rows, height) {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rows[middle].getBoundingClientRect().top > height) to = middle;
    else from = middle + 1;
  }
  return from;
}

function addThumbnail(row) {
  if (row.dataset.shown) return;
  row.dataset.shown = "1";
  const shot = document.getElementById(`shot-${row.dataset.shot}`);
  const packed = find(shot, ".player noscript");
  const still = all(packed ? contentOf(packed) : shot, ".still img").at(-2); // the middle one of the last strip
  if (still) find(row, "a").append(Object.assign(new Image(), { src: still.getAttribute("src"), alt: "", decoding: "async" }));
}
