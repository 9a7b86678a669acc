// One tab stop for the whole drawing. The arrow keys go from step to step, each with its name and state.
const NO_STEP = /Lane|Participant|Group|TextAnnotation|Collaboration|Process$/;
const WAYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The steps of a drawing as they are read: left to right, then downwards. */
const steps = (registry) =>
  registry
    .filter(({ waypoints, type, parent }) => !waypoints && type !== 'label' && parent && !NO_STEP.test(type))
    .sort((a, b) => a.x - b.x || a.y - b.y);

/** Gives names and states to the steps of `viewer`; a second time, with another state, it keeps the focus. */
export function walk(host, viewer, state) {
  const registry = viewer.get('elementRegistry');
  const found = steps(registry);
  for (const element of found) {
    const node = registry.getGraphics(element);
    node.setAttribute('role', 'img');
    const name = element.businessObject.name || element.id;
    node.setAttribute('aria-label', [name, state.says?.[element.id]].filter(Boolean).join(': '));
    if (!node.hasAttribute('tabindex')) node.setAttribute('tabindex', '-1');
  }
  if (host.walked) return;
  host.walked = true;
  const first = found.find(({ id }) => state.here?.includes(id)) ?? found[0];
  if (first) registry.getGraphics(first).setAttribute('tabindex', '0');
  host.querySelector('.djs-container > svg').setAttribute('tabindex', '-1'); // diagram-js makes it a stop without a name.
  host.setAttribute('role', 'group');
  host.setAttribute('aria-label', host.dataset.says);
  host.addEventListener('keydown', (event) => onward(event, viewer, found));
}

function onward(event, viewer, found) {
  const registry = viewer.get('elementRegistry');
  const at = found.findIndex((element) => registry.getGraphics(element) === document.activeElement);
  const way = WAYS[event.key];
  if (!way || at < 0) return;
  event.preventDefault();
  const next = found[Math.min(found.length - 1, Math.max(0, at + way))];
  document.activeElement.setAttribute('tabindex', '-1');
  viewer.get('canvas').scrollToElement(next, 60);
  const node = registry.getGraphics(next);
  node.setAttribute('tabindex', '0');
  node.focus({ preventScroll: true });
}
