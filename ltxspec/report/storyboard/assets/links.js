/* Addresses: `#shot-12`, `#night.alley` and `#night.alley@1.5` lead to a shot, and to a second of it. */

const CALM_FRAMES = 12; // pictures without a shift after which the layout has settled
const LONGEST = 180; // pictures to wait for that; about three seconds
let landing = null; // the shot the page is on its way to

/** Scroll to a shot and stay with it until the layout around it has settled, or the reader takes over. */
function land(shot) {
  mount(shot);
  setActive(shot);
  landing = shot;
  let calm = 0;
  let left = LONGEST;
  const step = () => {
    if (landing !== shot) return;
    const off = shot.getBoundingClientRect().top - parseFloat(getComputedStyle(shot).scrollMarginTop);
    const most = document.documentElement.scrollHeight - innerHeight;
    const to = clamp(scrollY + off, 0, Math.max(0, most));
    calm = Math.abs(to - scrollY) < 0.6 ? calm + 1 : 0; // scrolling stops at whole pixels
    if (!calm) scrollTo({ top: to, behavior: "instant" });
    if (calm >= CALM_FRAMES || !--left) landing = null;
    else requestAnimationFrame(step);
  };
  step();
}

/** {shot, seconds} of an address; no shot if the page has none of that name. */
function placeOf(address) {
  const named = (name) => shots.find((one) => one.id === name || one.dataset.address === name);
  const at = address.lastIndexOf("@");
  const whole = named(address);
  if (whole || at < 0 || !/^\d+(\.\d+)?$/.test(address.slice(at + 1))) return { shot: whole, seconds: null };
  return { shot: named(address.slice(0, at)), seconds: Number(address.slice(at + 1)) };
}

function addressNow() {
  const address = location.hash.slice(1);
  try {
    return decodeURIComponent(address);
  } catch {
    return address; // a lone per cent sign: taken as it is
  }
}

function followHash() {
  const { shot, seconds } = placeOf(addressNow());
  if (!shot) return;
  reveal(shot);
  land(shot);
  tellAddress();
  if (seconds !== null) for (const player of playersOf(shot)) player.goTo(Math.floor(seconds * player.fps + 0.001));
}

/** The name of a shot in an address: its own address, or its number where two shots share that. */
function nameOf(shot) {
  const twice = shots.find((one) => one.dataset.address === shot.dataset.address) !== shot;
  return twice ? shot.id : encodeURIComponent(shot.dataset.address).replace(/%(2F|3D|2C|40|3A)/g, decodeURIComponent);
}

let telling = 0;

/** Keep the shot in use in the page's address, by its name, once scrolling is over for a moment. */
function tellAddress() {
  clearTimeout(telling);
  telling = setTimeout(() => {
    if (landing) return tellAddress();
    const now = addressNow();
    if (active && (now === active.id || placeOf(now).shot !== active)) remember(nameOf(active));
  }, 250);
}

function remember(name) {
  try {
    history.replaceState(null, "", `#${name}`);
  } catch {
    // a page inside another may not be allowed to
  }
}

/** Put the shot and second in view into the address, and into the clipboard where that is allowed. */
function copyLink() {
  const shot = activeShot();
  if (!shot) return;
  const player = playerIn(shot);
  remember(`${nameOf(shot)}${player?.frame ? `@${(player.frame / player.fps).toFixed(2)}` : ""}`);
  navigator.clipboard?.writeText(location.href).catch(() => null); // the address has it in any case
}

function listenForLinks() {
  const stop = () => (landing = null);
  for (const name of ["wheel", "touchstart", "pointerdown"]) addEventListener(name, stop, { passive: true });
  addEventListener("keydown", (event) => /^(Arrow(Up|Down)|Page|Home|End)/.test(event.key) && stop());
  if (location.hash) history.scrollRestoration = "manual";
  addEventListener("hashchange", followHash);
  followHash();
}
