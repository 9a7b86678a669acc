// How to look at a drawing: whole, at a place, closer, further. Labels are 12 units high in the file.
const SMALLEST = 8 / 12;
const NARROW = 700;
const AIR = 24;
const WATERMARK = 44; // Room below for the sign of bpmn.io, which nothing may cover.

const whole = (canvas) => {
  const { inner } = canvas.viewbox();
  return { x: inner.x - AIR, y: inner.y - AIR, width: inner.width + 2 * AIR, height: inner.height + 2 * AIR + WATERMARK };
};

/** How a drawing opens: whole where its labels can be read so, and there is room; else at `here`. */
export function opening(viewer, here) {
  const canvas = viewer.get('canvas');
  const { clientWidth, clientHeight } = canvas.getContainer();
  const { width, height } = whole(canvas);
  const readable = Math.min(clientWidth / width, clientHeight / height) >= SMALLEST;
  return innerWidth >= NARROW && readable ? 'whole' : here?.length ? 'here' : 'start';
}

/** Looks at a drawing: `whole`, `here`, `start`, `closer` or `further`. */
export function look(viewer, how, here = []) {
  const canvas = viewer.get('canvas');
  if (how === 'closer' || how === 'further') return canvas.zoom(canvas.zoom() * (how === 'closer' ? 1.25 : 0.8));
  if (how === 'whole') return canvas.viewbox(whole(canvas));
  const shapes = how === 'here' ? places(viewer, here) : [];
  return shapes.length ? at(canvas, shapes) : from(canvas, start(viewer));
}

const places = (viewer, ids) => ids.map((id) => viewer.get('elementRegistry').get(id)).filter(Boolean);

/** Where the process itself begins: not where something within it does that may happen at any time. */
const start = (viewer) =>
  viewer
    .get('elementRegistry')
    .filter(({ type, businessObject }) => type === 'bpmn:StartEvent' && businessObject.$parent.$type === 'bpmn:Process')
    .sort((a, b) => a.x - b.x || a.y - b.y)[0];

/** A shape at the left, at half the height where the drawing reaches so far up, and as much of what follows as fits. */
function from(canvas, shape) {
  if (!shape) return canvas.viewbox(whole(canvas));
  const { clientWidth: width, clientHeight: height } = canvas.getContainer();
  const y = Math.max(whole(canvas).y, shape.y + (shape.height - height) / 2);
  return canvas.viewbox({ x: shape.x - 5 * AIR, y, width, height });
}

/** Shapes with those to which their flows lead: as large as the file has them, smaller only while they can be read. */
function at(canvas, shapes) {
  const led = shapes.flatMap(({ incoming = [], outgoing = [] }) => [...incoming.map((flow) => flow.source), ...outgoing.map((flow) => flow.target)]);
  const { clientWidth, clientHeight } = canvas.getContainer();
  const all = around([...shapes, ...led.filter((shape) => shape && !shape.children?.length)]);
  const fits = Math.min(clientWidth / all.width, clientHeight / all.height);
  const scale = Math.min(1, Math.max(SMALLEST, fits));
  const { x, y, width, height } = fits >= SMALLEST ? all : around(shapes.slice(0, 1));
  const seen = { width: clientWidth / scale, height: clientHeight / scale };
  return canvas.viewbox({ x: x + (width - seen.width) / 2, y: y + (height - seen.height) / 2, ...seen });
}

function around(shapes) {
  const x = Math.min(...shapes.map((shape) => shape.x)) - AIR;
  const y = Math.min(...shapes.map((shape) => shape.y)) - AIR;
  const right = Math.max(...shapes.map((shape) => shape.x + shape.width)) + AIR;
  const bottom = Math.max(...shapes.map((shape) => shape.y + shape.height)) + AIR;
  return { x, y, width: right - x, height: bottom - y };
}
