/* Pictures and players of a shot are made when it comes near: of a thousand shots, few are ever looked at.

   Until then its stills are text in a `noscript`, which costs a browser nothing, and which readers without scripts see. */

const mounted = new WeakSet(); // shots

function mount(shot) {
  if (mounted.has(shot)) return;
  mounted.add(shot);
  for (const text of all(shot, ":not(.later) > noscript")) text.replaceWith(contentOf(text));
  for (const root of all(shot, ".player")) {
    const sources = DATA.players[root.dataset.player];
    if (!sources) continue; // nothing of it can be played
    find(root, ".stage").append(document.getElementById("divider").content.cloneNode(true));
    for (const [side, facts] of Object.entries(sources)) fillSide(find(root, `.side.${side}`), side, facts);
    const player = new Player(root, sources);
    players.push(player);
    ofShot.set(shot, [...playersOf(shot), player]);
  }
}

/** Make the rest, which takes a browser long, once scrolling rests. */
function mountRest(shot) {
  for (const text of all(shot, ".later > noscript")) text.replaceWith(contentOf(text));
}

function mountAll(shot) {
  mount(shot);
  mountRest(shot);
}

/** What a `noscript` says to those without scripts. */
function contentOf(text) {
  const template = document.createElement("template");
  template.innerHTML = text.textContent;
  return template.content;
}

function fillSide(figure, side, facts) {
  const screen = find(figure, ".screen");
  const parts = document.getElementById("side-parts").content.cloneNode(true);
  const [video, ended, trouble, sound] = parts.children;
  if (screen.firstElementChild) video.replaceWith(screen.firstElementChild);
  const shown = parts.firstElementChild;
  Object.assign(shown, { muted: true, width: facts.width, height: facts.height });
  shown.dataset.side = side;
  shown.setAttribute("aria-label", `${find(figure, "figcaption b").textContent}, ${figure.closest(".shot").dataset.address}`);
  ended.textContent = `Ended at ${(facts.frames / facts.fps).toFixed(2)} s`;
  if (facts.href !== undefined) find(trouble, "a").href = facts.href;
  else find(trouble, "a").remove();
  if (facts.audio) {
    Object.assign(find(sound, "button"), { value: side, ariaLabel: `Sound of ${side}` });
    find(figure, "figcaption").append(sound);
  } else sound.remove();
  screen.append(parts);
}

const detached = new WeakMap(); // shot that is not mounted -> the videos of its first player

/** The videos of a shot's first player, to play them elsewhere: the shot itself need not be near. */
function clipsOf(shot) {
  if (mounted.has(shot)) return playersOf(shot)[0]?.clips ?? [];
  if (!detached.has(shot)) detached.set(shot, clipsApart(shot));
  return detached.get(shot);
}

function clipsApart(shot) {
  const root = find(shot, ".player");
  return all(root, ".side").flatMap((figure, index) => {
    const side = figure.classList.contains("before") ? "before" : "after";
    const facts = DATA.players[root.dataset.player]?.[side];
    if (!facts) return [];
    const video = document.createElement("video");
    video.dataset.side = side;
    const clip = new Clip(video, facts);
    clip.stills = () => all(all(contentOf(find(root, "noscript")), ".strip")[index], ".still").map((still) => ({ seconds: Number(still.dataset.seconds), image: find(still, "img").getAttribute("src") }));
    return [clip];
  });
}
