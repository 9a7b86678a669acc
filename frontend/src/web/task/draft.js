// What one types is never lost: kept in this browser at once and on the server on each pause, and said in words.
// Tabs know of each other by the version of the draft on the server: nothing is overwritten.
import { compare } from './compare.js';
import { fill } from './words.js';

const SENT = 'steward-draft-sent';
const PAUSE = 700;
const AGAIN = 3000;
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

export class Draft {
  constructor(island, { words, version, draft, draft_at: draftAt }) {
    Object.assign(this, { island, words, version, address: island.getAttribute('draft'), before: draft ?? {} });
    this.line = document.querySelector('[data-draft]');
    this.news = document.querySelector('[data-draft-news]');
    this.last = JSON.stringify(island.values);
    island.form.on('changed', () => this.changed());
    island.around?.addEventListener('submit', () => this.handedIn());
    addEventListener('pageshow', (this.back = () => (this.over = false)));
    addEventListener('online', (this.online = () => this.send()));
    document.addEventListener('steward:news', (this.heard = () => this.look()));
    const kept = stored(island);
    if (kept?.over === version) {
      if (!island.around?.elements.values.value) this.tell('is-note', words.kept);
      this.later(0);
    } else if (kept && JSON.stringify(kept.answers) !== JSON.stringify(draft)) {
      this.elsewhere({ draft, version, at: draftAt }, kept.answers);
    }
  }

  /** What this browser has kept and the server has not, if it goes on from the server's draft. */
  static kept(island, { version }) {
    const found = stored(island);
    return found?.over === version ? found.answers : null;
  }

  changed() {
    const now = JSON.stringify(this.island.values);
    if (now === this.last || this.island.around?.dataset.sent) return;
    this.last = now;
    localStorage.setItem(place(this.island), JSON.stringify({ over: this.version, answers: JSON.parse(now) }));
    this.line.textContent = this.words.typing;
    if (!this.parted) this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.parted || this.over) return;
    const answers = this.island.values;
    let answer;
    this.sending = true;
    try {
      answer = await fetch(this.address, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token() },
        body: JSON.stringify({ answers, over: this.version }),
      });
    } catch {
      return this.away();
    } finally {
      this.sending = false;
    }
    if (answer.status >= 500) return this.away();
    if (answer.status === 409) return this.elsewhere(await answer.json(), answers);
    if (answer.status === 410 || answer.status === 422) return this.closed(await answer.json());
    if (!answer.ok) return this.out();
    const { version, at } = await answer.json();
    this.version = version;
    if (JSON.stringify(this.island.values) === JSON.stringify(answers)) localStorage.removeItem(place(this.island));
    else this.later(PAUSE);
    this.line.textContent = fill(this.words.saved, { at });
    if (this.news.dataset.said !== this.words.kept) this.news.replaceChildren();
  }

  /** Something has changed on the server: perhaps another tab has gone on typing. */
  async look() {
    if (this.parted || this.over) return;
    const before = this.version;
    const answer = await fetch(this.address, { headers: { Accept: 'application/json' } });
    if (!answer.ok) return;
    const found = await answer.json();
    if (this.parted || this.over || this.version !== before || this.sending || found.version === before) return;
    if (found.version) this.elsewhere(found, this.island.values);
  }

  away() {
    this.tell('is-soon', this.words.away);
    this.line.textContent = this.words.typing;
    this.later(AGAIN);
  }

  out() {
    const link = Object.assign(document.createElement('a'), { textContent: this.words.login });
    link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    this.tell('is-soon', this.words.out, link);
    this.line.textContent = this.words.typing;
  }

  elsewhere({ draft, version, at }, mine) {
    this.parted = true;
    const look = Object.assign(document.createElement('button'), { type: 'button', className: 'btn small', textContent: this.words.compare });
    this.tell('is-note', fill(this.words.other, { at }), look);
    look.addEventListener('click', () => {
      this.news.append(compare(this.island, mine, draft ?? {}, this.words, (values) => this.settle(values, version)));
      look.remove();
    });
  }

  /** Goes on from what the other tab has, with the answers that were chosen. */
  async settle(values, version) {
    this.parted = false;
    this.version = version;
    await this.island.take(values);
    await this.send();
  }

  closed({ said }) {
    this.over = true;
    this.tell('is-soon', fill(this.words.closed, { said }));
  }

  /** What was handed in stays in this browser until a page says that it has arrived. */
  handedIn() {
    clearTimeout(this.timer);
    this.over = true;
    const kept = { over: this.version, answers: this.island.values };
    localStorage.setItem(place(this.island), JSON.stringify(kept));
    localStorage.setItem(SENT, place(this.island));
  }

  tell(kind, said, more) {
    if (this.news.dataset.said === said && this.news.firstChild) return;
    this.news.dataset.said = said;
    const line = Object.assign(document.createElement('p'), { className: `msg ${kind}` });
    line.setAttribute('role', 'status');
    const words = Object.assign(document.createElement('span'), { textContent: `${said} ` });
    if (more) words.append(more);
    line.append(words);
    this.news.replaceChildren(line);
  }

  stop() {
    clearTimeout(this.timer);
    removeEventListener('online', this.online);
    document.removeEventListener('steward:news', this.heard);
    removeEventListener('pageshow', this.back);
  }
}

const place = (island) => `steward-draft:${island.dataset.key}`;
const stored = (island) => JSON.parse(localStorage.getItem(place(island)) ?? 'null');
