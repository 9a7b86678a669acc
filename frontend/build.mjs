// Bundles src/ into the folder given. Names carry a digest, so that what is served under one never changes.
// `web/` is what the front door serves; `web/assets.json` says which file stands for which name.
// Beside it lie the bundles with which tests and tools open files as the modeler does; `manifest.json` names them.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

const [out] = process.argv.slice(2);
const served = join(out, 'web');
const tools = ['drawing', 'form', 'table'];
const scripts = ['page', 'task-form', 'entry-form', 'bpmn-diagram', 'dmn-table'];
const sheets = ['steward', 'forms', 'diagrams', 'tables'];
const drawn = { '.svg': 'file', '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file' };
const shared = { bundle: true, minify: true, metafile: true, target: 'es2022', legalComments: 'linked' };
const names = { entryNames: '[name]-[hash]', assetNames: '[name]-[hash]', chunkNames: 'part-[hash]' };
const define = { 'process.env.NODE_ENV': '"production"' };

rmSync(out, { recursive: true, force: true });
mkdirSync(served, { recursive: true });

const entries = (kind, list, ending) => Object.fromEntries(list.map((name) => [name, `src/${kind}/${name}.${ending}`]));
const outputs = ({ metafile }) => Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);

function complete(found, wanted) {
  for (const name of wanted) {
    if (!found[name]) throw new Error(`the bundle of ${name} is missing`);
  }
  return JSON.stringify(found, null, 2) + '\n';
}

const forTools = await build({
  ...shared, ...names, define, outdir: out, format: 'iife', loader: drawn,
  entryPoints: entries('tools', tools, 'js'),
});
const manifest = Object.fromEntries(outputs(forTools).map(([file, output]) => {
  const css = output.cssBundle ? basename(output.cssBundle) : null;
  return [basename(output.entryPoint, '.js'), { js: basename(file), css }];
}));
writeFileSync(join(out, 'manifest.json'), complete(manifest, tools));

const islands = await build({
  ...shared, ...names, define, outdir: served, format: 'esm', splitting: true,
  entryPoints: entries('web', scripts, 'js'),
});
// Only woff2: browsers that know light-dark() know it, and the other formats would be as many files again.
const styles = await build({
  ...shared, ...names, outdir: served, loader: { '.woff2': 'file', '.svg': 'file' }, external: ['*.woff', '*.ttf', '*.eot'],
  entryPoints: entries('web', sheets, 'css'),
});
const assets = {};
for (const built of [islands, styles]) {
  for (const [file, output] of outputs(built)) assets[basename(output.entryPoint)] = basename(file);
}
for (const [file, { inputs }] of Object.entries(styles.metafile.outputs)) {
  const font = Object.keys(inputs).find((name) => name.endsWith('ibm-plex-sans-latin-wght-normal.woff2'));
  if (font) assets['font.woff2'] = basename(file);
}

/** Keeps a file under a name with its digest. */
function keep(name, content) {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const file = `${basename(name, extname(name))}-${digest}${extname(name)}`;
  writeFileSync(join(served, file), content);
  assets[name] = file;
}

const symbols = readFileSync('src/web/icons.txt', 'utf8').trim().split(/\s+/).map((name) => {
  const drawing = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, 'utf8');
  const inner = drawing.replace(/^[\s\S]*?<svg[\s\S]*?>/, '').replace('</svg>', '').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
});
keep('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
keep('mark.svg', readFileSync('src/web/mark.svg'));

const wanted = [...scripts.map((name) => `${name}.js`), ...sheets.map((name) => `${name}.css`), 'font.woff2'];
writeFileSync(join(served, 'assets.json'), complete(assets, wanted));
