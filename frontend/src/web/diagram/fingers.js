// By hand: one finger moves the drawing sideways and leaves up and down to the page; two move and stretch it.
// A wheel does so only with Ctrl, so that nobody is caught while scrolling past.
export function byFinger(stage, viewer) {
  const canvas = viewer.get('canvas');
  const down = new Map();
  const middle = () => [...down.values()].reduce(({ x, y }, at) => ({ x: x + at.x / down.size, y: y + at.y / down.size }), { x: 0, y: 0 });
  const spread = () => Math.hypot(...['x', 'y'].map((side) => [...down.values()].reduce((sum, at) => at[side] - sum, 0)));

  stage.addEventListener('pointerdown', ({ pointerType, pointerId, clientX: x, clientY: y }) => {
    if (pointerType === 'touch') down.set(pointerId, { x, y });
  });
  stage.addEventListener('pointermove', ({ pointerId, clientX: x, clientY: y }) => {
    if (!down.has(pointerId)) return;
    const [was, wide] = [middle(), spread()];
    down.set(pointerId, { x, y });
    const now = middle();
    canvas.scroll({ dx: now.x - was.x, dy: down.size > 1 ? now.y - was.y : 0 });
    if (down.size === 2 && wide > 0) canvas.zoom(canvas.zoom() * (spread() / wide));
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
    stage.addEventListener(end, ({ pointerId }) => down.delete(pointerId));
  }
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = stage.getBoundingClientRect();
    canvas.zoom(canvas.zoom() * Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
  }, { passive: false });
}
