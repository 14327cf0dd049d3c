/* A served page follows what verdicts change: an approval may set shots free, and then the sums are others. */

let asking = 0;

/** Ask for the headline and the state of the shots, once it is quiet for a moment. */
function followSums() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch("api/summary", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) takeOver(await answer.json());
  }, 100);
}

/** state: {sentence, backlog, shots: [{address, kind, sign, word, cost, reason}]}, in the order of the page. */
function takeOver({ sentence, backlog, shots: found }) {
  const names = (every) => [...every].sort().join("\n");
  if (names(found.map((one) => one.address)) !== names(shots.map((shot) => shot.dataset.address))) return tell("The review has other shots by now: load the page again to see them.");
  find(document, "h1").textContent = sentence;
  document.title = `Review: ${sentence}`;
  const left = [...found]; // in another order, once a verdict made some of them the change's own
  const apart = () => shots.map(isBacklog).join();
  const before = apart();
  for (const shot of shots) showKind(shot, left.splice(left.findIndex((one) => one.address === shot.dataset.address), 1)[0]);
  DATA.backlog = backlog;
  if (apart() !== before) arrange(document.getElementById("order")?.value ?? "");
  const kinds = new Map(found.map((one) => [one.kind, one]));
  const chosen = all(document, '[name="kind"]:checked').map((box) => box.value);
  find(document, ".chips").replaceChildren(...[...KIND_ORDER].filter((kind) => kinds.has(kind)).map((kind) => {
    const { sign, word } = kinds.get(kind);
    const box = make("input", { type: "checkbox", name: "kind", value: kind });
    box.checked = chosen.includes(kind);
    const number = found.filter((one) => one.kind === kind).length;
    return make("label", { class: `chip ${kind}` }, box, make("span", {}, make("i", { "aria-hidden": "true" }, sign), ` ${word} `, make("b", {}, number)));
  }));
  filter(shots);
}

function showKind(shot, { kind, sign, word, cost, reason }) {
  if (shot.dataset.kind === kind) return;
  shot.dataset.kind = kind;
  find(shot, "header .cost").textContent = cost;
  find(shot, ".reason").textContent = reason;
  const blank = find(shot, ".side.after .blank");
  if (blank) blank.replaceChildren(make("strong", {}, word), make("p", {}, "Load the page again to see all of it."));
  const badge = find(shot, "header .badge");
  badge.className = `badge ${kind}`;
  badge.replaceChildren(make("i", { "aria-hidden": "true" }, sign), ` ${word}`);
  const link = linkOf(shot);
  const mark = find(link, ".sign");
  mark.className = `sign ${kind}`;
  mark.title = word;
  mark.replaceChildren(make("i", { "aria-hidden": "true" }, sign), make("span", { class: "unseen" }, `${word}:`));
  find(link, ".cost").textContent = cost;
}
