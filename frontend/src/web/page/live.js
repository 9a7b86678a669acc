// News without reloading. The region [data-live] asks its address from time to time while the page can be seen. Parts
// that have changed are put in place under their ids, but never under a hand or the focus: those wait until it leaves.
// What would move anything is only told, politely; a link shows it.
const EVERY = 20_000;
const PATIENCE = 3;

/** Keeps a page up to date; `ready` is told of each part that was put in place. */
export function live(on, ready) {
  const region = on.querySelector('[data-live]');
  if (!region) return;
  const held = new Map();
  const place = () => settle(on, held, ready);
  let { mark } = region.dataset;
  let failed = 0;
  let asking = false;

  const ask = async () => {
    if (on.hidden || asking) return;
    asking = true;
    try {
      const headers = { 'If-None-Match': `"${mark}"`, 'HX-Request': 'true' };
      const answer = await fetch(address(on, region), { headers, signal: AbortSignal.timeout(EVERY) });
      if (answer.status === 401 || answer.status === 404) return end(answer.status === 401 ? 'out' : 'gone');
      if (!answer.ok && answer.status !== 304) throw new Error(answer.statusText);
      if (failed >= PATIENCE) region.replaceChildren();
      failed = 0;
      if (answer.status !== 304) take(await answer.text(), answer.headers.get('ETag'));
    } catch {
      failed += 1;
      if (failed === PATIENCE) tell(region, 'away');
    } finally {
      asking = false;
    }
  };
  const take = (text, tag) => {
    mark = tag?.replace(/^W\//, '').replaceAll('"', '') ?? mark;
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    const said = fresh.querySelector('[data-live]');
    if (region.textContent.trim() !== said.textContent.trim()) region.replaceChildren(...said.childNodes);
    for (const part of fresh.querySelectorAll('[data-part]')) held.set(part.id, part);
    place();
    on.dispatchEvent(new CustomEvent('steward:news'));
  };
  const end = (why) => {
    clearInterval(timer);
    tell(region, why);
  };
  const timer = setInterval(ask, EVERY);
  on.addEventListener('visibilitychange', ask);
  for (const leaving of ['focusout', 'pointerout']) on.addEventListener(leaving, () => held.size && requestAnimationFrame(place));
}

/** Where the region asks; with the version of each row that the page shows, where its rows have one. */
function address(on, region) {
  const rows = [...on.querySelectorAll('[data-version]')].map(({ id, dataset }) => `${id.slice('task-'.length)}.${dataset.version}`);
  return region.dataset.live + (rows.length ? `&rows=${rows.join(',')}` : '');
}

function settle(on, held, ready) {
  for (const [id, part] of held) {
    const old = on.getElementById(id);
    if (old && (old.matches(':hover') || old.contains(on.activeElement))) continue;
    held.delete(id);
    if (!old || old.isEqualNode(part)) continue;
    old.replaceWith(part);
    ready(part);
  }
}

function tell(region, why) {
  const line = Object.assign(document.createElement('p'), { className: 'msg is-soon' });
  line.append(Object.assign(document.createElement('span'), { textContent: region.dataset[why] }));
  region.replaceChildren(line);
}
