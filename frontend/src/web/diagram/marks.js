// What is marked on a drawing. Arrow heads do not follow a stylesheet, so colours go into the drawing itself, where
// they also take the place of the file's own.
const soft = (name) => [`var(--${name}-soft)`, `var(--${name})`];
const PAINT = {
  'is-done': soft('done'),
  'is-taken': soft('done'),
  'is-added': soft('done'),
  'is-here': soft('primary'),
  'is-late': soft('late'),
  'is-changed': soft('note'),
  'is-finding': soft('soon'),
};
const AREA = /Participant|Lane|Group/;

/** The marks and badges of one viewer; `show` puts others in their place. */
export class Marks {
  constructor(viewer) {
    this.viewer = viewer;
    this.shown = {};
    viewer.get('elementRegistry').forEach((element) => this.paint(element));
  }

  show(state) {
    const marks = state.marks ?? {};
    for (const id of new Set([...Object.keys(this.shown), ...Object.keys(marks)])) {
      if (this.shown[id] !== marks[id]) this.mark(id, marks[id]);
    }
    this.shown = marks;
    this.viewer.get('overlays').remove({ type: 'badge' });
    for (const badge of state.badges ?? []) this.put(badge);
  }

  mark(id, name) {
    const element = this.viewer.get('elementRegistry').get(id);
    if (!element) return;
    const canvas = this.viewer.get('canvas');
    if (this.shown[id]) canvas.removeMarker(id, this.shown[id]);
    if (name) canvas.addMarker(id, name);
    this.paint(element, name);
  }

  paint(element, name) {
    if (!element.di) return;
    const [fill, stroke] = PAINT[name] ?? [];
    const open = element.waypoints || element.children?.length || AREA.test(element.type);
    const wanted = { 'color:border-color': stroke, 'color:background-color': open ? undefined : fill };
    const own = { 'bioc:stroke': undefined, 'bioc:fill': undefined, 'color:color': undefined };
    const changes = Object.entries({ ...wanted, ...own }).filter(([key, value]) => element.di.get(key) !== value);
    if (!changes.length) return;
    for (const [key, value] of changes) element.di.set(key, value);
    this.viewer.get('eventBus').fire('element.changed', { element });
  }

  put({ id, text, kind, at, says }) {
    const element = this.viewer.get('elementRegistry').get(id);
    if (!element) return;
    const html = Object.assign(document.createElement('span'), { className: `badge ${kind}`, textContent: text });
    html.setAttribute('role', 'img');
    html.setAttribute('aria-label', says);
    const position = at === 'foot' ? { top: element.height, left: element.width / 2 } : { top: 0, left: element.width };
    this.viewer.get('overlays').add(id, 'badge', { position, html });
  }
}
