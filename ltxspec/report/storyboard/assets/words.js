/* Long prompts: only what is around their differences at first, and all of them on demand. */

/** Offer to unfold the words of a shot where some of them are out of sight. */
function offerWords(shot) {
  const words = find(shot, ".words");
  if (!words || words.classList.contains("whole") || !words.clientHeight) return;
  const cut = words.scrollHeight > words.clientHeight + 2;
  words.classList.toggle("cut", cut);
  const offered = cut || find(words, ".far") !== null;
  if (offered && !control(shot, "words")) words.after(unfolding());
  if (control(shot, "words")) control(shot, "words").hidden = !offered;
}

function unfolding() {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "unfold", textContent: "Show all" });
  button.dataset.do = "words";
  button.setAttribute("aria-expanded", "false");
  return button;
}

function listenForWords() {
  find(document, "main").addEventListener("click", (event) => {
    const button = event.target.closest('[data-do="words"]');
    if (!button) return;
    const whole = find(button.closest(".shot"), ".words").classList.toggle("whole");
    button.setAttribute("aria-expanded", whole);
    button.textContent = whole ? "Show less" : "Show all";
  });
}
