// In the room's page: what SimCord leaves out or does otherwise than Discord.

// Countdowns that tick. SimCord writes them once, for the moment of its last refresh.

const UNITS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [604_800, 86_400, "day"],
  [Infinity, 604_800, "week"],
];
const words = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
const relative = new WeakSet();

// The page does not say which style a time has, but only relative ones read like this.
const READS_RELATIVE = /^in \d| ago$|^(now|this|next|last|yesterday|today|tomorrow)\b/;

function tick() {
  for (const time of document.querySelectorAll("time.discord-timestamp")) {
    if (!relative.has(time) && !READS_RELATIVE.test(time.textContent)) continue;
    relative.add(time);
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [, length, unit] = UNITS.find(([below]) => Math.abs(seconds) < below);
    const text = words.format(Math.round(seconds / length), unit);
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(tick, 1000);

// As in Discord, Enter sends a command whose options are all optional; SimCord would open the first of them. Arrow keys choose one.
let choosing = false;

document.addEventListener(
  "keydown",
  (event) => {
    if (!event.target.matches(".command-chip")) choosing = false;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") choosing = true;
    else if (event.key === "Enter" && !choosing && !event.isComposing) {
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.closest("form").requestSubmit();
    }
  },
  true,
);

// Suggestions at once; SimCord asks for them only after the first letter.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".command-option-input[role=combobox]") || target.value) return;
  setTimeout(() => target.isConnected && target.dispatchEvent(new Event("input", { bubbles: true })));
});

// The newest message, as soon as the room is there.
const app = document.getElementById("preview-app");
const arriving = new MutationObserver(() => {
  if (app.ariaBusy !== "false") return;
  arriving.disconnect();
  const timeline = document.getElementById("channel-timeline");
  timeline.scrollTop = timeline.scrollHeight;
});
arriving.observe(app, { attributeFilter: ["aria-busy"] });

// What went wrong. SimCord says it in its toolbar, which is hidden.
const FAILED = /not completed|uncertain|interrupted|unavailable|timed out/;
const status = document.getElementById("action-status");
const failed = document.createElement("p");
failed.className = "failed";
failed.role = "status";
failed.hidden = true;
document.body.append(failed);
new MutationObserver(() => {
  failed.textContent = status.textContent;
  failed.hidden = !FAILED.test(status.textContent);
}).observe(status, { childList: true, characterData: true, subtree: true });
