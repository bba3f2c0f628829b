// What every page does besides showing: it follows what goes on, and says whether it still does.

const liveness = document.getElementById("liveness");

function say(text) {
  if (liveness && liveness.textContent !== text) liveness.textContent = text;
}

/** Listen to the server's events; each that says `changed` has the parts of the page that want it read again. */
function follow(address) {
  const source = new EventSource(address);
  source.addEventListener("open", () => say("Live."));
  source.addEventListener("changed", (event) => {
    document.body.dispatchEvent(new CustomEvent("backroom:changed", { detail: event.data }));
  });
  source.addEventListener("ended", () => {
    source.close();
    say("It has ended.");
  });
  source.addEventListener("error", () => say("The console does not answer; what is shown is from before."));
  return source;
}

let source = null;

// A tab that nobody looks at asks nothing.
function adjust() {
  const address = document.body.dataset.live;
  if (!address) return;
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (source === null) {
    source = follow(address);
  }
}

document.addEventListener("visibilitychange", adjust);
window.addEventListener("pagehide", () => source?.close());
adjust();

// A page without events of its own is read again now and then.
const poll = Number(document.body.dataset.poll);
if (poll) {
  setInterval(() => {
    if (!document.hidden) document.body.dispatchEvent(new CustomEvent("backroom:changed"));
  }, poll * 1000);
}

// Filters apply as they are chosen; without scripts there is the button.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", () => form.requestSubmit());
}
