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
    const seconds = (Date.parse(time.dateTime) - Date.now() - (parent.ahead ?? 0)) / 1000;
    const [, length, unit] = UNITS.find(([below]) => Math.abs(seconds) < below);
    const text = words.format(Math.round(seconds / length), unit);
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(tick, 1000);

const app = document.getElementById("preview-app");
const composer = document.getElementById("channel-composer-input");
const form = document.getElementById("channel-composer");
const touched = !matchMedia("(hover: hover)").matches; // a focus that nobody asked for would raise the keyboard on the screen
const timeline = document.getElementById("channel-timeline");
const dialogs = document.getElementById("modal-root");

// As in Discord, a space after its whole name chooses a command, and Enter sends one whose options are all optional; SimCord would open the first of
// them. Arrow keys choose an option.

document.addEventListener("input", ({ target }) => {
  const found = document.querySelector(".command-entry.is-active strong")?.textContent;
  if (target === composer && found && composer.value === `${found} `) composer.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab" }));
});

document.addEventListener(
  "keydown",
  (event) => {
    const choosing = "choosing" in form.dataset;
    if (!event.target.matches(".command-chip")) delete form.dataset.choosing;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      form.dataset.choosing = "";
      if (choosing) return;
      event.preventDefault(); // the first press lights up the option that the list stands at
      event.stopImmediatePropagation();
    } else if (event.key === "Enter" && !choosing && !event.isComposing) {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.requestSubmit();
    }
  },
  true,
);

// Typing goes into the box for messages wherever nothing else wants it.
document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  if (key.length > 1 || key === " " || ctrlKey || metaKey || altKey || target.matches("input, textarea, select, .command-chip")) return;
  if (!dialogs.contains(target)) composer.focus();
});

// A form begins at its first field; SimCord begins at the button that closes it.
let dialog = null;
new MutationObserver(() => {
  const first = dialogs.querySelector(".modal-dialog");
  if (first && !dialog) afterFrames(2, () => dialogs.querySelector(".modal-fields :is(input, textarea)")?.focus());
  dialog = first;
}).observe(dialogs, { childList: true });

// Suggestions at once; SimCord asks for them only after the first letter. After one was taken, Enter sends; SimCord would ask again.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".command-option-input[role=combobox]") || target.value) return;
  setTimeout(() => target.isConnected && target.dispatchEvent(new Event("input", { bubbles: true })));
});

function taken({ type, key, target }) {
  if (type === "click" ? !target.closest(".command-suggestion") : key !== "Enter" || !target.matches(".command-option-input")) return;
  setTimeout(() => {
    const field = document.activeElement;
    const chip = document.querySelector(".command-chip");
    if (!chip || !field.matches(".command-option-input[role=combobox]") || !field.value || field.ariaInvalid) return;
    chip.focus();
    chip.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  });
}

for (const kind of ["click", "keydown"]) document.addEventListener(kind, taken, true);

// Each time that the page is drawn: at first the newest message and the box to type into; later what the bot sent in answer to a press, from its
// beginning if it is longer than the screen. SimCord leaves it out of sight where one has scrolled up, and shows the end of a long one.
const REPLY_WITHIN_MS = 5000;
let newest = null; // id of the last message
let acted = 0;

for (const kind of ["click", "submit"]) document.addEventListener(kind, () => (acted = Date.now()), true);

function drawn() {
  if (app.ariaBusy !== "false") return;
  const last = timeline.querySelector(".channel-message:last-child");
  const id = BigInt(last?.dataset.messageId ?? 0);
  const arrived = newest === null;
  if (last && (arrived || (id > newest && Date.now() - acted < REPLY_WITHIN_MS))) afterFrames(2, () => show(last));
  newest = id;
  nameLinks();
  afterFrames(1, () => {
    if (touched || document.activeElement !== document.body) return;
    if (arrived ? !parent.document.querySelector("header :focus-visible") : document.hasFocus()) composer.focus(); // what had the focus is gone
  });
}

function show(message) {
  message.scrollIntoView({ block: message.offsetHeight > timeline.clientHeight ? "start" : "end" });
  document.getElementById("new-messages").hidden = true;
}

// Links to messages, which Discord names after their channel and follows within itself.
const TO_MESSAGE = 'a[href^="https://discord.com/channels/"]';

function nameLinks() {
  const here = document.getElementById("channel-name").textContent;
  for (const link of timeline.querySelectorAll(TO_MESSAGE)) link.textContent = link.href.includes("/@me/") ? "@Interviewer › message" : `#${here} › message`;
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest(TO_MESSAGE);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const message = timeline.querySelector(`[data-message-id="${link.href.split("/").at(-1)}"]`);
    if (message) show(message);
  },
  true,
);

// SimCord puts scrolling and focus back where they were, one frame after it drew.
function afterFrames(count, then) {
  requestAnimationFrame(() => (count > 1 ? afterFrames(count - 1, then) : then()));
}

new MutationObserver(drawn).observe(app, { attributeFilter: ["aria-busy"] });

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
