// Prints the names of all commands that the shipped KaTeX typesets, one line of 98 characters at a
// time, for ocr_service/cleaning/katex_commands.txt:
//
//     node tests/eval/katex_commands.js > ocr_service/cleaning/katex_commands.txt
//
// A name of the source counts if KaTeX does not call it undefined in one of the uses below.

const fs = require("fs");
const path = require("path").join(__dirname, "../../search/reader/static/katex/katex.min.js");
const katex = require(path);

const uses = (name) => [
  `\\${name}`, `\\${name} x`, `\\${name}{x}`, `\\${name}{x}{y}`, `\\${name}{x}{y}{z}`,
  `\\${name}(`, `\\left( x \\${name}| y\\right)`, `\\${name}[1em]`, `\\${name}{1em}`,
  `\\${name}{red}{x}`, `\\text{\\${name} x}`, `a \\${name} b`, `x\\${name}`,
  `\\${name}{1em}{1em}`, `\\sum\\${name}_a`, `\\begin{matrix}a\\\\ \\${name} b\\end{matrix}`,
  `\\${name}\\zzz{x}`, `\\def\\zzz{x}\\${name}\\zzz`, `\\${name} 1em`,
];

function renders(latex) {
  return [true, false].some((displayMode) => {
    try {
      katex.renderToString(latex, {displayMode, strict: "ignore", trust: false});
      return true;
    } catch {
      return false;
    }
  });
}

const source = fs.readFileSync(path, "utf8");
const names = new Set([...source.matchAll(/\\\\([A-Za-z]+)/g)].map((found) => found[1]));
// The reader's own macros, and commands that stand only in pairs.
const known = ["begin", "end", "left", "lessgtr", "mbox", "middle", "right"];
console.error = console.log = () => {}; // \show and the like write to the console
const all = [...names].filter((name) => uses(name).some(renders)).concat(known);
let line = "";
for (const name of [...new Set(all)].sort()) {
  if (line.length + name.length + 1 > 98) {
    process.stdout.write(`${line}\n`);
    line = "";
  }
  line += (line && " ") + name;
}
process.stdout.write(`${line}\n`);
