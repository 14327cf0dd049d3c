/* Long prompts: only what is around their differences at first, and all of them on demand. */

/** Offer to unfold the words of a shot where some of them are out of sight. */
function offerWords(shot) {
  const words = find(shot, ".words");
  const button = control(shot, "words");
  if (!words || words.classList.contains("whole") || !words.clientHeight) return;
  const cut = words.scrollHeight > words.clientHeight + 2;
  words.classList.toggle("cut", cut);
  button.hidden = !cut && !find(words, ".far");
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
