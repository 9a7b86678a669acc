// <task-form src="…" draft="…" for="finish" data-key="…">: a form as form-js draws it, and a plain form that carries
// what was filled in as `values`. With `draft`, what one types is kept on the server and in this browser.
import { Form } from '@bpmn-io/form-js-viewer';
import { Draft } from './draft.js';
import { labelOf, sentence, translation } from './words.js';

class TaskForm extends HTMLElement {
  async connectedCallback() {
    const told = await fetch(this.getAttribute('src'), { headers: { Accept: 'application/json' } });
    if (!told.ok) return;
    this.told = await told.json();
    this.around = document.getElementById(this.getAttribute('for'));
    const stage = document.createElement('div');
    // form-js' own form element would send itself on Enter.
    stage.addEventListener('submit', (event) => event.preventDefault());
    this.form = new Form({
      container: stage,
      debounce: false,
      additionalModules: [{ translate: ['value', translation(this.told.wrong)] }],
    });
    this.wordErrors();
    await this.form.importSchema(this.told.schema, this.starting());
    this.replaceChildren(stage);
    this.showErrors(JSON.parse(this.dataset.errors ?? '{}'));
    this.around?.addEventListener('submit', (event) => this.hand(event), { capture: true });
    document.querySelector('.errors')?.addEventListener('click', (event) => this.go(event));
    if (this.hasAttribute('draft')) this.draft = new Draft(this, this.told);
    this.dataset.ready = 'true';
  }

  /** What comes back with a refusal, else what this browser or the server has kept, else what the case says. */
  starting() {
    const typed = this.around?.elements.values.value;
    const kept = typed ? JSON.parse(typed) : (Draft.kept(this, this.told) ?? this.told.draft);
    return { ...this.told.data, ...kept };
  }

  /** The answers as they stand, whether they hold or not. */
  get values() {
    return this.form._getSubmitData();
  }

  /** Puts other answers into the form. */
  async take(values) {
    await this.form.importSchema(this.told.schema, { ...this.told.data, ...values });
  }

  hand(event) {
    const { data, errors } = this.form.submit();
    this.around.elements.values.value = JSON.stringify(data);
    if (Object.keys(errors).length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.summary(errors);
  }

  wordErrors() {
    const validator = this.form.get('validator');
    const usual = validator.validateFieldInstance.bind(validator);
    validator.validateFieldInstance = (instance, value) => {
      const field = this.form.get('formFieldRegistry').get(instance.id);
      return usual(instance, value).map((said) => sentence(said, labelOf(field)));
    };
  }

  /** Puts what the server refused at its fields. */
  showErrors(wrong) {
    const errors = {};
    for (const [path, said] of Object.entries(wrong)) {
      const rows = [...path.matchAll(/\[(\d+)\]/g)].map((found) => found[1]);
      const field = this.fieldAt(path.replace(/\[\d+\]/g, ''));
      if (!field) continue;
      let place = errors;
      for (const key of [field.id, ...rows].slice(0, -1)) place = place[key] ??= {};
      place[[field.id, ...rows].at(-1)] = said;
    }
    if (Object.keys(errors).length > 0) this.form._setState({ errors });
  }

  fieldAt(path) {
    const paths = this.form.get('pathRegistry');
    const named = (field) => paths.getValuePath(field).filter((part) => typeof part === 'string').join('.');
    return this.form.get('formFieldRegistry').getAll().find((field) => field.key && named(field) === path);
  }

  summary(errors) {
    const fields = this.form.get('formFieldRegistry');
    const news = document.createElement('div');
    Object.assign(news, { className: 'msg is-late', id: 'summary', tabIndex: -1 });
    news.setAttribute('role', 'alert');
    const title = Object.assign(document.createElement('p'), { textContent: this.told.words.wrong });
    const list = Object.assign(document.createElement('ul'), { className: 'errors' });
    for (const [id, said] of Object.entries(errors)) {
      const text = [said].flat(9).find((one) => typeof one === 'string') ?? labelOf(fields.get(id));
      const link = Object.assign(document.createElement('a'), { href: '#form', textContent: text });
      link.dataset.field = id;
      const item = document.createElement('li');
      item.append(link);
      list.append(item);
    }
    news.append(title, list);
    document.getElementById('summary')?.remove();
    document.querySelector('.cols').before(news);
    list.addEventListener('click', (event) => this.go(event));
    news.focus();
  }

  go(event) {
    const { field, path } = event.target.dataset;
    const id = field ?? (path && this.fieldAt(path.replace(/\[\d+\]/g, ''))?.id);
    const input = id && this.querySelector(`[id*="-${CSS.escape(id)}"]:is(input, textarea, select, [tabindex])`);
    if (!input) return;
    event.preventDefault();
    input.scrollIntoView({ block: 'center' });
    input.focus();
  }

  disconnectedCallback() {
    this.draft?.stop();
    this.form?.destroy();
  }
}
customElements.define('task-form', TaskForm);
