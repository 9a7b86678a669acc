// @ and some letters in a comment offer names; choosing one writes it.

/** Looks after every field that mentions people. */
export function mentions(on) {
  for (const field of on.querySelectorAll('[data-mentions]')) watch(field);
}

function watch(field) {
  const list = Object.assign(document.createElement('ul'), { className: 'mentions', hidden: true });
  field.after(list);
  let asked = 0;
  field.addEventListener('input', async () => {
    const typed = /(?:^|\s)@([\p{L}.]{2,})$/u.exec(field.value.slice(0, field.selectionStart))?.[1];
    list.hidden = true;
    if (!typed) return;
    const turn = ++asked;
    const answer = await fetch(`/mentions?q=${encodeURIComponent(typed)}`);
    if (!answer.ok || turn !== asked) return;
    const { people } = await answer.json();
    list.replaceChildren(...people.map((one) => offer(field, list, typed, one)));
    list.hidden = people.length === 0;
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') list.hidden = true;
    if (event.key === 'ArrowDown' && !list.hidden) {
      event.preventDefault();
      list.querySelector('button').focus();
    }
  });
}

function offer(field, list, typed, { id, name }) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn quiet small', textContent: `${name} (@${id})` });
  button.addEventListener('click', () => {
    const at = field.selectionStart;
    field.setRangeText(`@${id} `, at - typed.length - 1, at, 'end');
    list.hidden = true;
    field.focus();
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}
