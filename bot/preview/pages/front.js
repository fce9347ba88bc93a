// The front page: asks how things are once a second, lists people and rooms, and puts the chosen room into the frame.

const POLL_MS = 1000;
const SIGNS = { channel: "#", thread: "↳", post: "✎", dm: "@" };
const WORDS = { channel: "channel", thread: "thread", post: "forum post", dm: "direct messages" };
const STOPPED = "The preview has stopped. Start it again in the terminal, and this page comes back by itself.";

const at = (id) => document.getElementById(id);
const frame = at("room");
const narrow = matchMedia("(max-width: 700px)");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

let state = null; // the last answer of the server
let me = null; // id of the person whose eyes these are
let here = null; // id of the room in the frame
let stopped = false; // the server did not answer
let wasShown = false; // the frame has shown its room since it was loaded
const read = new Map(); // "person room" → messages read

const key = (person, room) => `${person} ${room.id}`;
const roomsOf = (person) => state.rooms.filter((room) => room.viewers.includes(person));
const unread = (person, room) => Math.max(0, room.messages - (read.get(key(person, room)) ?? 0));

async function look() {
  try {
    const answer = await fetch("/front/state");
    if (!answer.ok) throw new Error(answer.statusText);
    state = await answer.json();
  } catch {
    stopped = true;
    say(STOPPED);
    return;
  }
  if (stopped) location.reload();
  if (me === null) await begin();
  else if (!roomsOf(me).some((room) => room.id === here)) await go(me, roomsOf(me)[0].id);
  else if (state.open === here) keepAlive();
  show();
}

// An address like #Bob/1453… opens that room as that person; a reload stays where it was.
async function begin() {
  const [name, wanted] = decodeURIComponent(location.hash.slice(1)).split("/");
  const person = (state.people.find((each) => each.name === name) ?? state.people[0]).id;
  for (const { id } of state.people) for (const room of roomsOf(id)) read.set(key(id, room), room.messages);
  await go(person, (roomsOf(person).find((room) => room.id === wanted) ?? roomsOf(person)[0]).id);
}

async function go(person, room) {
  [me, here, wasShown] = [person, room, false];
  history.replaceState(null, "", `#${encodeURIComponent(state.people.find((each) => each.id === me).name)}/${here}`);
  const answer = await fetch(`/front/open/${here}?zone=${encodeURIComponent(zone)}`, { method: "POST" }).catch(() => null);
  if (!answer?.ok) return;
  state.open = here;
  frame.contentWindow.location.replace(`/room?${Date.now()}#${me}`); // replace: the Back button leaves this page, not the room
  show();
}

// SimCord drops a page that did not ask for ten minutes, as after a computer's sleep.
function keepAlive() {
  const { simcordPreview } = frame.contentWindow;
  if (simcordPreview?.authorized) wasShown = true;
  else if (wasShown) go(me, here);
}

function show() {
  const away = state.open !== here;
  at("elsewhere").hidden = !away;
  frame.hidden = away;
  for (const room of roomsOf(me)) if (room.id === here && !away) read.set(key(me, room), room.messages);
  say(state.trouble);
  window.ahead = state.ahead * 1000; // the room's countdowns go by it too
  at("now").textContent = new Date(Date.now() + window.ahead).toLocaleTimeString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  fill(at("people"), state.people, makePerson, showPerson);
  fill(at("rooms"), roomsOf(me), makeRoom, showRoom);
  const current = roomsOf(me).find((room) => room.id === here);
  frame.title = current ? `${current.name}, ${WORDS[current.kind]}` : "Room";
}

function say(sentence) {
  at("notice").hidden = !sentence;
  if (at("notice").textContent !== (sentence ?? "")) at("notice").textContent = sentence ?? "";
}

// Elements are kept and changed in place, so that the keyboard's focus stays where it is.
function fill(box, things, make, update) {
  const old = new Map([...box.children].filter((each) => each.dataset.id).map((each) => [each.dataset.id, each]));
  for (const thing of things) {
    const element = old.get(thing.id) ?? make(thing);
    element.dataset.id = thing.id;
    old.delete(thing.id);
    if (!element.isConnected) box.append(element);
    update(element, thing);
  }
  for (const element of old.values()) element.remove();
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function makePerson(person) {
  const input = element("input", { type: "radio", name: "person", value: person.id });
  input.addEventListener("change", () => go(person.id, (roomsOf(person.id).find((room) => room.id === here) ?? roomsOf(person.id)[0]).id));
  return element("label", { className: "person" }, input, element("span", { textContent: person.name }));
}

function showPerson(label, person) {
  const waiting = person.id !== me && roomsOf(person.id).some((room) => room.kind === "dm" && unread(person.id, room));
  label.firstChild.checked = person.id === me;
  label.classList.toggle("unread", waiting);
  label.title = waiting ? `${person.name} has unread direct messages` : "";
}

function makeRoom(room) {
  const button = element(
    "button",
    { type: "button", className: "room" },
    element("span", { className: "kind", textContent: SIGNS[room.kind], ariaHidden: "true" }),
    element("span", { className: "name" }),
    element("span", { className: "badge", hidden: true }),
  );
  button.addEventListener("click", () => go(me, room.id));
  return element("li", { className: room.kind === "thread" || room.kind === "post" ? "below" : "" }, button);
}

function showRoom(item, room) {
  const button = item.firstChild;
  const [, name, badge] = button.children;
  const count = unread(me, room);
  name.textContent = room.name;
  badge.textContent = count;
  badge.hidden = !count;
  button.classList.toggle("unread", count > 0);
  button.toggleAttribute("aria-current", room.id === here);
  button.ariaLabel = `${room.name}, ${WORDS[room.kind]}${count ? `, ${count} unread` : ""}`;
  button.title = room.name;
}

function fold() {
  at("about").open = !narrow.matches;
}

at("later").addEventListener("click", async () => {
  at("later").disabled = true;
  await fetch("/front/later", { method: "POST" }).catch(() => null);
  await look();
  at("later").disabled = false;
});
at("come-back").addEventListener("click", () => go(me, here));
narrow.addEventListener("change", fold);
document.addEventListener("click", (event) => {
  if (narrow.matches && !at("about").contains(event.target)) fold();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && narrow.matches) fold();
});
fold();
await look();
setInterval(look, POLL_MS);
