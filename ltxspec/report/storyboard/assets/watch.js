/* Loads the page again as soon as there is something new to see. */

const PAUSE = 500; // milliseconds between two questions

async function look() {
  const ended = document.getElementById("ended");
  try {
    const answer = await fetch("version", { cache: "no-store" });
    if (answer.ok && (await answer.text()).trim() !== document.documentElement.dataset.version) {
      location.reload();
      return;
    }
    ended.hidden = answer.ok;
  } catch {
    ended.hidden = false;
  }
  setTimeout(look, PAUSE);
}

look();
