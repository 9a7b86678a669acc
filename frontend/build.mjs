// Bundles src/*.js into the folder given. Names carry a digest; manifest.json says which is which.
import { build } from 'esbuild';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [out] = process.argv.slice(2);
const entries = ['drawing', 'form', 'table'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { metafile } = await build({
  entryPoints: Object.fromEntries(entries.map((name) => [name, `src/${name}.js`])),
  bundle: true,
  format: 'iife',
  minify: true,
  metafile: true,
  outdir: out,
  target: 'es2022',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'linked',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' },
  define: { 'process.env.NODE_ENV': '"production"' },
});

const manifest = {};
for (const [file, output] of Object.entries(metafile.outputs)) {
  if (output.entryPoint) {
    const css = output.cssBundle ? basename(output.cssBundle) : null;
    manifest[basename(output.entryPoint, '.js')] = { js: basename(file), css };
  }
}
for (const name of entries) {
  if (!manifest[name]) throw new Error(`the bundle of ${name} is missing`);
}
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
