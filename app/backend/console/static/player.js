// Plays a recording: a run of frames, each a big-endian milliseconds, length and JPEG, fetched in one piece.
"use strict";
const player = document.querySelector("[data-recording]");
if (player) start(player);

async function start(root) {
  const canvas = root.querySelector("canvas"), seek = root.querySelector("input"), button = root.querySelector("button"), label = root.querySelector(".prompt");
  const prompts = JSON.parse(root.dataset.prompts);
  const answer = await fetch(root.dataset.recording, { credentials: "same-origin" });
  if (!answer.ok) { label.textContent = root.dataset.missing; return; }
  const bytes = await answer.arrayBuffer(), view = new DataView(bytes), frames = [];
  for (let at = 0; at + 8 <= bytes.byteLength;) {
    const ms = view.getUint32(at), size = view.getUint32(at + 4);
    frames.push({ ms, jpeg: new Blob([new Uint8Array(bytes, at + 8, size)], { type: "image/jpeg" }) });
    at += 8 + size;
  }
  if (!frames.length) { label.textContent = root.dataset.missing; return; }
  const context = canvas.getContext("2d");
  let shown = -1, playing = false, began = 0;
  seek.max = frames.length - 1;
  async function show(n) {
    if (n === shown) return;
    shown = n;
    const picture = await createImageBitmap(frames[n].jpeg);
    if (n !== shown) return;
    canvas.width = picture.width; canvas.height = picture.height;
    context.drawImage(picture, 0, 0); picture.close();
    seek.value = n;
    const due = prompts.findLast(p => p.ms <= frames[n].ms);
    label.textContent = (due ? due.text : "") + " · " + (frames[n].ms / 1000).toFixed(1) + " s";
    root.dataset.shown = n;
  }
  function tick(now) {
    if (!playing) return;
    const ms = now - began;
    let n = shown;
    while (n + 1 < frames.length && frames[n + 1].ms <= ms) n++;
    show(n);
    if (n + 1 < frames.length) requestAnimationFrame(tick); else { playing = false; button.textContent = "▶"; }
  }
  button.addEventListener("click", () => {
    playing = !playing;
    button.textContent = playing ? "❚❚" : "▶";
    if (!playing) return;
    if (shown === frames.length - 1) shown = 0;
    began = performance.now() - frames[Math.max(shown, 0)].ms;
    requestAnimationFrame(tick);
  });
  seek.addEventListener("input", () => { playing = false; button.textContent = "▶"; show(Number(seek.value)); });
  show(0);
  button.disabled = seek.disabled = false;
  root.dataset.frames = frames.length;
}
