// Keys of every page. Single letters work only while no field has the focus, and can be switched off (WCAG 2.1.4).
const PLACES = { m: '/', c: '/cases', d: '/dashboard', p: '/processes' };
const OFF = 'steward-keys-off';
const inField = (target) => target.closest?.('input, textarea, select, [contenteditable]');
const rows = () => [...document.querySelectorAll('.row-link')];

/** Whether single letters do anything here; kept in this browser. */
export const lettersWork = () => localStorage.getItem(OFF) === null;

/** Listens for keys on a document. */
export function keys(on) {
  let awaited = false;
  on.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.ctrlKey) return toSignature(event);
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || !lettersWork()) return;
    const place = awaited && PLACES[event.key];
    awaited = event.key === 'g';
    if (place) return location.assign(place);
    const act = { '/': search, '?': help, j: () => step(1), k: () => step(-1), c: takeOn }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  const off = on.querySelector('[data-keys-off]');
  off?.addEventListener('change', () => (off.checked ? localStorage.setItem(OFF, '1') : localStorage.removeItem(OFF)));
  if (off) off.checked = !lettersWork();
}

const search = () => document.getElementById('q')?.focus();
const help = () => document.getElementById('keys')?.showPopover?.();

function step(way) {
  const links = rows();
  const here = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, here + way))]?.focus();
}

const takeOn = () => document.activeElement?.closest('.row')?.querySelector('[data-claim]')?.click();

/** Goes to the signature and never signs. */
function toSignature(event) {
  const field = document.querySelector('.sign input');
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: 'center' });
  field.focus();
}
