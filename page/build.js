/**
 * Builds the page into src/gazemap/serving/page/: the form that the server shows. `gazemap page` makes the
 * two forms without a server from the same files, see src/gazemap/serving/site.py.
 */

import { build } from "esbuild";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/gazemap/serving/page");
const made = `${out}.unfinished`; // a killed build leaves the page as it was

async function version() {
  const project = await readFile(join(here, "../pyproject.toml"), "utf8");
  return /^version = "(.+)"$/m.exec(project)?.[1] ?? "";
}

await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });
await build({
  entryPoints: [
    { in: join(here, "src/main.js"), out: "page" },
    { in: join(here, "src/page.css"), out: "page" },
    { in: join(here, "src/model/worker.js"), out: "worker" },
  ],
  outdir: made,
  bundle: true,
  minify: true,
  format: "iife", // modules do not load from file://
  target: "es2023",
  platform: "browser",
  legalComments: "eof",
  define: { "globalThis.GAZEMAP_VERSION": JSON.stringify(await version()) },
  logOverride: { "empty-import-meta": "silent" }, // ONNX Runtime asks where it was loaded from; it is told
});
const runtime = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm")), "ort-wasm-simd-threaded.wasm");
await writeFile(join(made, "runtime.wasm.gz"), gzipSync(await readFile(runtime), { level: 9 }));
await cp(join(here, "src/index.html"), join(made, "index.html"));
await cp(join(here, "licenses.txt"), join(made, "licenses.txt"));
await rm(out, { recursive: true, force: true });
await rename(made, out);
