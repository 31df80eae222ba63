// Plays a recording: a run of frames, each a big-endian milliseconds, length and JPEG, fetched in one piece. The movement that was due is
// written over the picture. The space bar plays and pauses wherever the focus is on nothing that takes it.
"use strict";
const player = document.querySelector("[data-recording]");
if (player) load(player);

async function load(root) {
  const say = text => { root.querySelector(".time").textContent = text; };
  try {
    const answer = await fetch(root.dataset.recording, { credentials: "same-origin", redirect: "error" });
    const frames = answer.ok ? parse(await answer.arrayBuffer()) : [];
    if (!frames.length) return say(root.dataset.missing);
    start(root, frames, frames.length < Number(answer.headers.get("Frames")) ? root.dataset.partial : "");
  } catch {
    say(root.dataset.missing);
  }
}

function parse(bytes) {
  const view = new DataView(bytes), frames = [];
  for (let at = 0; at + 8 <= bytes.byteLength;) {
    const ms = view.getUint32(at), size = view.getUint32(at + 4);
    if (at + 8 + size > bytes.byteLength) break;
    frames.push({ ms, jpeg: new Blob([new Uint8Array(bytes, at + 8, size)], { type: "image/jpeg" }) });
    at += 8 + size;
  }
  return frames;
}

function start(root, frames, flaw) {
  const canvas = root.querySelector("canvas"), context = canvas.getContext("2d"), seek = root.querySelector("input");
  const play = root.querySelector(".play"), speed = root.querySelector(".speed"), prompt = root.querySelector(".prompt"), time = root.querySelector(".time");
  const prompts = JSON.parse(root.dataset.prompts), last = frames.length - 1, seconds = ms => (ms / 1000).toFixed(1);
  let shown = -1, playing = false, pace = 1, began = 0;

  async function show(n) {
    if (n === shown) return;
    shown = n;
    const ms = frames[n].ms, due = prompts.findLast(p => p.from <= ms && ms < p.until);
    seek.value = n;
    prompt.textContent = due ? due.text : "";
    time.textContent = `${seconds(ms)} / ${seconds(frames[last].ms)} s ${flaw}`;
    root.dataset.shown = n;
    try {
      const picture = await createImageBitmap(frames[n].jpeg);
      if (n === shown) {
        if (canvas.width !== picture.width) canvas.width = picture.width;
        if (canvas.height !== picture.height) canvas.height = picture.height;
        context.drawImage(picture, 0, 0);
      }
      picture.close();
    } catch { /* one broken frame: the next is drawn */ }
  }
  function run(on) {
    playing = on;
    play.textContent = on ? "❚❚" : "▶";
    if (!on) return;
    if (shown === last) show(0);
    began = performance.now() - frames[shown].ms / pace;
    requestAnimationFrame(tick);
  }
  function tick(now) {
    if (!playing) return;
    let n = shown;
    while (n < last && frames[n + 1].ms <= (now - began) * pace) n++;
    show(n);
    if (n < last) requestAnimationFrame(tick); else run(false);
  }
  play.addEventListener("click", () => run(!playing));
  canvas.addEventListener("click", () => run(!playing));
  seek.addEventListener("input", () => { run(false); show(Number(seek.value)); });
  speed.addEventListener("click", () => {
    pace = 3 - pace;
    speed.setAttribute("aria-pressed", pace === 2);
    if (playing) began = performance.now() - frames[shown].ms / pace;
  });
  document.addEventListener("keydown", event => {
    if (event.key !== " " || event.target.closest("a, button, input, select, dialog[open]")) return;
    event.preventDefault();
    run(!playing);
  });
  seek.max = last;
  show(0);
  play.disabled = seek.disabled = speed.disabled = false;
  root.dataset.frames = frames.length;
}
