// Keys on every screen; see the dialog of help in base.html.
"use strict";

const typing = (element) => element.matches && element.matches("input, select, textarea");

function moveHit(step) {
  const hits = [...document.querySelectorAll("[data-hit]")];
  if (!hits.length) { return; }
  const now = hits.findIndex((hit) => hit.classList.contains("current"));
  const next = Math.min(Math.max(now + step, 0), hits.length - 1);
  for (const hit of hits) { hit.classList.remove("current"); }
  hits[next].classList.add("current");
  const link = hits[next].querySelector(".source a");
  link.focus({preventScroll: true});
  hits[next].scrollIntoView({block: "nearest"});
}

function follow(id) {
  const link = document.getElementById(id);
  if (link) { link.click(); }
}

const KEYS = {
  "/": () => { const field = document.querySelector("input[type=search][name=q]"); if (field) { field.focus(); field.select(); } },
  "j": () => moveHit(1),
  "k": () => moveHit(-1),
  "[": () => follow("previous"),
  "]": () => follow("next"),
  "g": () => { const field = document.getElementById("go"); if (field) { field.focus(); field.select(); } },
  "+": () => follow("larger"),
  "-": () => follow("smaller"),
  "?": () => document.getElementById("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) { return; }
  if (typing(event.target)) {
    if (event.key === "Escape") { event.target.blur(); }
    return;
  }
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

document.getElementById("help-button").addEventListener("click", KEYS["?"]);

const sift = document.getElementById("sift");
if (sift) {
  sift.addEventListener("input", () => {
    const words = sift.value.toLowerCase().split(/\s+/);
    for (const item of document.querySelectorAll(".shelf > li")) {
      const text = (item.dataset.words || "").toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
  });
}
