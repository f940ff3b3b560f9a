// Ties the text of a page to its place in the print, both ways.
"use strict";

const parts = (id) => document.querySelectorAll(`[data-block="${id}"]`);
const sheet = document.getElementById("sheet");

function light(id, name, on) {
  for (const part of parts(id)) { part.classList.toggle(name, on); }
}

for (const name of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name[0], (event) => {
    const part = event.target.closest && event.target.closest("[data-block]");
    if (part) { light(part.dataset.block, "lit", name[1]); }
  });
}

if (sheet) {
  for (const box of sheet.querySelectorAll("rect")) {
    box.addEventListener("click", () => {
      const block = document.querySelector(`.block[data-block="${box.dataset.block}"]`);
      if (block) { block.scrollIntoView({block: "center"}); block.focus({preventScroll: true}); }
    });
  }
}

function markWords(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
  if (!wanted.length) { return null; }
  const pattern = new RegExp(`(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  const walker = document.createTreeWalker(document.querySelector("article.text"), NodeFilter.SHOW_TEXT,
    {acceptNode: (node) => node.parentElement.closest(".math") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT});
  const nodes = [];
  while (walker.nextNode()) { nodes.push(walker.currentNode); }
  for (const node of nodes) {
    const pieces = node.textContent.split(pattern);
    if (pieces.length < 2) { continue; }
    node.replaceWith(...pieces.map((piece, index) => {
      if (index % 2 === 0) { return document.createTextNode(piece); }
      const mark = document.createElement("mark");
      mark.textContent = piece;
      return mark;
    }));
  }
  const first = document.querySelector("article.text mark");
  return first && first.closest(".block");
}

function showPlace() {
  for (const part of document.querySelectorAll(".found")) { part.classList.remove("found"); }
  const hash = decodeURIComponent(location.hash.slice(1));
  const range = /^c-(\d+)-(\d+)$/.exec(hash);
  let blocks = [];
  if (range) {
    blocks = [...document.querySelectorAll(".block")].filter((block) =>
      Number(block.dataset.start) < Number(range[2]) && Number(range[1]) < Number(block.dataset.end));
  } else if (hash.startsWith("q=")) {
    const block = markWords(hash.slice(2));
    blocks = block ? [block] : [];
  } else if (hash) {
    const block = document.getElementById(hash);
    blocks = block && block.classList.contains("block") ? [block] : [];
  }
  for (const block of blocks) { light(block.dataset.block, "found", true); }
  if (blocks.length) {
    blocks[0].scrollIntoView({block: "center"});
    const box = sheet && sheet.querySelector("rect.found");
    if (box && matchMedia("(min-width: 60rem)").matches) { box.scrollIntoView({block: "center"}); }
  }
}

let zoom = Number(localStorage.getItem("octavo-zoom")) || 100;
function setZoom(value) {
  zoom = Math.min(Math.max(value, 50), 300);
  localStorage.setItem("octavo-zoom", String(zoom));
  if (sheet) { sheet.style.width = `${zoom}%`; }
}
for (const [id, step] of [["smaller", -25], ["larger", 25]]) {
  const button = document.getElementById(id);
  if (button) { button.addEventListener("click", () => setZoom(zoom + step)); }
}
setZoom(zoom);

for (const id of ["previous", "next"]) {
  const link = document.getElementById(id);
  if (link) {
    const ahead = document.createElement("link");
    ahead.rel = "prefetch";
    ahead.href = link.href;
    document.head.append(ahead);
  }
}

window.addEventListener("hashchange", showPlace);
showPlace();
