// Builds what browsers load into static/: minified files named by their content, gzip beside each, manifest.json
// (name → name with content hash) and licences.json (of every package whose code is inside).
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "static");
process.chdir(here);

const entryPoints = ["assets/icon.svg", "assets/pages.css", "assets/query/query.js", "assets/suggest.js", "assets/chart.js", "assets/print.js"];
const result = await build({
  entryPoints,
  entryNames: "[name]-[hash]",
  chunkNames: "part-[name]-[hash]",
  bundle: true,
  loader: { ".svg": "copy" },
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  metafile: true,
  write: false,
  outdir: out,
  absWorkingDir: here,
});

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = {};
for (const file of result.outputFiles) {
  const name = basename(file.path);
  const from = result.metafile.outputs[relative(here, file.path)];
  writeFileSync(file.path, file.contents);
  writeFileSync(`${file.path}.gz`, gzipSync(file.contents, { level: 9 }));
  manifest[entryPoints.includes(from.entryPoint) ? basename(from.entryPoint) : name] = name;
}
const sorted = Object.fromEntries(Object.entries(manifest).sort());
writeFileSync(join(out, "manifest.json"), JSON.stringify(sorted, null, 1));

const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
const licences = [...packages].sort().map((name) => {
  const folder = join("node_modules", name);
  const said = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (!file || !said.license) throw new Error(`${name} states no licence`);
  return { name, version: said.version, licence: said.license, text: readFileSync(join(folder, file), "utf8") };
});
writeFileSync(join(out, "licences.json"), JSON.stringify(licences, null, 1));

const hash = createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 12);
console.log(`browser files: ${Object.keys(sorted).length}, ${hash}`);
if (!existsSync(join(out, sorted["query.js"]))) throw new Error("the script of the query page was not built");
