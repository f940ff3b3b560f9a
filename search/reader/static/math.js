// Typesets formulas with KaTeX and shows what can be done with one.
"use strict";

// Environments and commands of books that KaTeX knows under another name or not at all.
const MACROS = {"\\mbox": "\\text{#1}", "\\lessgtr": "\\mathrel{\\substack{<\\\\>}}"};
const PARTS = /\\(?:[a-zA-Z]+|.)|[a-zA-Z]|\d+(?:\.\d+)?|\S/g;
const WILD = /^(?:\\(?!left|right|begin|end|frac|sqrt|text|operatorname|tag|quad|,|;|!|\{|\}|\\)[a-zA-Z]+|[a-zA-Z]|\d+(?:\.\d+)?)$/;

function typeset(span) {
  const latex = span.textContent;
  span.dataset.latex = latex;
  try {
    katex.render(latex, span, {displayMode: span.dataset.display === "1", throwOnError: true,
                               macros: {...MACROS}, strict: "ignore", trust: false,
                               maxExpand: 2000, maxSize: 20});
  } catch {
    span.textContent = latex;
    span.classList.add("source");
    span.title = "KaTeX cannot typeset this formula; this is its source";
  }
}

function say(text) {
  const place = document.querySelector("dialog[open] [role=status]") ||
                document.getElementById("page-said");
  if (place) { place.textContent = text; place.classList.remove("hidden"); }
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") || document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    say(done ? `${what} copied` : "the browser does not allow copying");
  }
}

function sourceOf(parts) {
  return [...parts.children].map((part) => part.getAttribute("aria-pressed") === "true" ? "?" : part.dataset.part)
    .join(" ").replace(/\s+/g, " ").trim();
}

function showFormula(span) {
  const dialog = document.getElementById("formula");
  const latex = span.dataset.latex;
  const shown = document.getElementById("formula-shown");
  shown.innerHTML = "";
  const copied = document.createElement("span");
  copied.className = "math";
  copied.dataset.display = "1";
  copied.textContent = latex;
  shown.append(copied);
  typeset(copied);
  const parts = document.getElementById("formula-parts");
  parts.innerHTML = "";
  const find = document.getElementById("formula-find");
  const update = () => {
    const pressed = parts.querySelector('[aria-pressed="true"]');
    const query = pressed ? sourceOf(parts) : latex;
    find.href = `/search?${new URLSearchParams({mode: "formula", q: query})}`;
    find.textContent = pressed ? "Find its like" : "Find this";
  };
  for (const part of latex.match(PARTS) || []) {
    const element = document.createElement(WILD.test(part) ? "button" : "span");
    element.textContent = part;
    element.dataset.part = part;
    if (element.tagName === "BUTTON") {
      element.type = "button";
      element.setAttribute("aria-pressed", "false");
      element.addEventListener("click", () => {
        const on = element.getAttribute("aria-pressed") !== "true";
        element.setAttribute("aria-pressed", String(on));
        element.textContent = on ? "?" : part;
        update();
      });
    }
    parts.append(element);
  }
  const block = span.closest(".block");
  const image = document.getElementById("formula-image");
  image.hidden = !(block && block.dataset.image);
  if (!image.hidden) { image.href = block.dataset.image; }
  document.getElementById("formula-said").textContent = "";
  document.getElementById("copy-latex").onclick = () => copy(latex, "LaTeX");
  document.getElementById("copy-mathml").onclick = () => {
    try {
      const markup = katex.renderToString(latex, {output: "mathml", throwOnError: true, macros: {...MACROS}, strict: "ignore",
                                                   displayMode: span.dataset.display === "1"});
      copy(markup.replace(/^<span[^>]*>|<\/span>$/g, ""), "MathML");
    } catch { say("KaTeX cannot turn this formula into MathML"); }
  };
  update();
  dialog.showModal();
}

function setUp() {
  for (const span of document.querySelectorAll("span.math")) { typeset(span); }
  document.addEventListener("click", (event) => {
    const span = event.target.closest("span.math");
    if (span && span.dataset.latex && !span.closest("dialog") && !span.closest("#preview")) {
      event.preventDefault();
      showFormula(span);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches && event.target.matches("span.math")) {
      event.preventDefault();
      event.stopPropagation();
      showFormula(event.target);
    }
  });
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () =>
      copy(document.getElementById(button.dataset.copy).textContent, button.textContent.replace("Copy ", "")));
  }
  for (const image of document.querySelectorAll("img[data-fallback]")) {
    const drop = () => image.classList.add("absent");
    image.addEventListener("error", drop);
    if (image.complete && image.naturalWidth === 0) { drop(); }
  }
  const preview = document.getElementById("preview");
  const mode = document.querySelector(".search.wide select[name=mode]");
  const field = document.getElementById("q");
  if (preview && field && mode) {
    const draw = () => {
      preview.innerHTML = "";
      if (mode.value !== "formula" || !field.value.trim()) { return; }
      const span = document.createElement("span");
      span.className = "math";
      span.dataset.display = "1";
      span.textContent = field.value.replaceAll("?", "\\square ");
      preview.append(span);
      typeset(span);
    };
    field.addEventListener("input", draw);
    mode.addEventListener("change", draw);
    draw();
  }
}

setUp();
