// What every page does beyond plain HTML: parts fetched by htmx, keys, the theme, and the first row fetched ahead.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { keeping } from './page/keeping.js';
import { keys } from './page/keys.js';
import { live } from './page/live.js';
import { mentions } from './page/mentions.js';

htmx.config.defaultTimeout = 30_000;

/** The token that proves that a request comes from one of our own pages; every form has it as a field already. */
const token = document.querySelector('meta[name="csrf-token"]')?.content;
document.addEventListener('htmx:config:request', (event) => {
  const { request } = event.detail.ctx;
  if (token && request.method !== 'GET') request.headers['X-CSRFToken'] = token;
});

document.addEventListener('focusin', (event) => {
  const link = event.target.closest?.('.row-link');
  if (!link || link.dataset.fetched) return;
  link.dataset.fetched = 'true';
  const ahead = Object.assign(document.createElement('link'), { rel: 'prefetch', href: link.href });
  document.head.append(ahead);
});

// A form that was sent is not sent a second time by an impatient click.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  setTimeout(() => delete form.dataset.sent, 4000);
});

// What was handed in has arrived when a page says what was done: this browser need not keep it any longer.
const sent = localStorage.getItem('steward-draft-sent');
if (sent && document.querySelector('main > .msg.is-done')) {
  localStorage.removeItem(sent);
  localStorage.removeItem('steward-draft-sent');
}

keys(document);
keeping(document);
live(document, (part) => htmx.process(part));
mentions(document);
