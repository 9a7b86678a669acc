// Files go one by one while one types on: how far, stop, again, and what was refused. Without script: the plain form.
const HURRY = 1000;

/** Takes over the forms for evidence of a page. */
export function evidence(on) {
  const panel = on.querySelector('[data-evidence]');
  if (!panel) return;
  const words = on.querySelector('[data-upload-words]')?.dataset ?? {};
  const sending = new Set();
  const wait = () => waiting(on, sending, words);
  panel.addEventListener('dragover', (event) => over(event, true));
  panel.addEventListener('dragleave', (event) => over(event, false));
  panel.addEventListener('drop', (event) => {
    const form = event.target.closest('[data-upload]');
    if (!form || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    over(event, false);
    for (const file of event.dataTransfer.files) send({ form, file, panel, words, sending, wait });
  });
  panel.addEventListener('change', (event) => {
    if (event.target.type !== 'file') return;
    for (const file of event.target.files) send({ form: event.target.form, file, panel, words, sending, wait });
    event.target.value = '';
  });
  document.getElementById('finish')?.addEventListener('submit', (event) => {
    if (sending.size === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}

function over(event, is) {
  const box = event.target.closest('[data-upload]')?.querySelector('.drop');
  if (!box) return;
  event.preventDefault();
  box.classList.toggle('is-over', is);
}

function waiting(on, sending, words) {
  const line = on.querySelector('[data-waiting]');
  const button = on.querySelector('#finish .btn.primary');
  if (!line || !button) return;
  line.hidden = sending.size === 0;
  line.textContent = sending.size ? words.wait : '';
  button.setAttribute('aria-disabled', String(sending.size > 0));
}

function send(all) {
  const { form, file, panel, words, sending, wait } = all;
  const line = lineOf(file, words);
  panel.querySelector(`[data-slot="${CSS.escape(form.elements.slot.value)}"]`).append(line.item);
  if (file.size > words.most) return line.refused(words.large); // The server would hang up in the middle of it.
  const request = new XMLHttpRequest();
  const begun = performance.now();
  request.open('POST', form.action);
  request.setRequestHeader('Accept', 'application/json, text/html');
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    line.bar.value = (loaded / total) * 100;
    const spent = performance.now() - begun;
    const left = Math.ceil(((spent / loaded) * (total - loaded)) / 1000);
    line.said.textContent = `${Math.round(line.bar.value)} %${spent > HURRY ? ` · ${left} s` : ''}`;
  });
  const end = () => {
    sending.delete(request);
    wait();
  };
  request.addEventListener('loadend', end);
  request.addEventListener('load', () => {
    if (request.status === 200) {
      line.item.remove();
      renew(panel, form.elements.slot.value, request.responseText);
    } else if (request.status === 401) line.refused(words.out, again);
    else line.refused(said(request) || words.broken, request.status >= 500 ? again : null);
  });
  request.addEventListener('error', () => line.refused(words.broken, again));
  request.addEventListener('abort', () => line.item.remove());
  const again = () => {
    line.item.remove();
    send(all);
  };
  line.stop.addEventListener('click', () => request.abort());
  const body = new FormData(form);
  body.set('file', file, file.name);
  body.delete('url');
  sending.add(request);
  wait();
  request.send(body);
}

function said(request) {
  try {
    return JSON.parse(request.responseText).said;
  } catch {
    return '';
  }
}

function lineOf(file, words) {
  const item = document.createElement('li');
  item.dataset.line = 'true';
  const middle = document.createElement('div');
  const name = Object.assign(document.createElement('p'), { textContent: file.name });
  const bar = Object.assign(document.createElement('progress'), { max: 100, value: 0 });
  bar.setAttribute('aria-label', file.name);
  const line = Object.assign(document.createElement('p'), { className: 'facts-line' });
  const stop = button(words.stop, file.name);
  middle.append(name, bar, line);
  item.append(document.createElement('span'), middle, stop);
  const refused = (sentence, again) => {
    bar.remove();
    line.classList.add('is-late');
    line.textContent = sentence;
    const act = again ? button(words.again, file.name) : button(words.close, file.name);
    act.addEventListener('click', again ?? (() => item.remove()));
    stop.replaceWith(act);
  };
  return { item, bar, said: line, stop, refused };
}

/** Shows one slot as the server has it now; what is on its way or was refused stays below. */
function renew(panel, slot, told) {
  const fresh = new DOMParser().parseFromString(told, 'text/html').getElementById(`slot-${slot}`);
  const old = document.getElementById(`slot-${slot}`);
  const lines = [...old.querySelectorAll('[data-line]')];
  old.replaceWith(fresh);
  fresh.querySelector('[data-slot]').append(...lines);
}

function button(textContent, name) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'btn quiet small', textContent });
  made.setAttribute('aria-label', `${textContent}: ${name}`);
  return made;
}
