// Two drafts of the same task side by side: what differs, and which of the two goes on.

import { labelOf } from './words.js';

/** A panel that shows what differs; `chosen` gets the answers to go on with. */
export function compare(island, here, there, words, chosen) {
  const table = document.createElement('table');
  table.append(row('th', words.field, words.here, words.there));
  for (const name of new Set([...Object.keys(here), ...Object.keys(there)])) {
    const [mine, theirs] = [said(here[name]), said(there[name])];
    if (mine !== theirs) table.append(row('td', labelOf(island.fieldAt(name)) || name, mine, theirs));
  }
  const acts = Object.assign(document.createElement('p'), { className: 'actions' });
  acts.append(button(words.mine, () => chosen(here)), button(words.theirs, () => chosen(there)));
  const panel = Object.assign(document.createElement('div'), { className: 'panel scroll' });
  panel.append(table, acts);
  return panel;
}

function row(kind, ...texts) {
  const line = document.createElement('tr');
  line.append(...texts.map((textContent) => Object.assign(document.createElement(kind), { textContent })));
  return line;
}

function button(textContent, act) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'btn small', textContent });
  made.addEventListener('click', act);
  return made;
}

const said = (value) => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value));
