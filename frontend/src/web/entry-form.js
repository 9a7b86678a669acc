// <entry-form src="…">: a form-js form inside a plain one. What was filled in goes with the plain form as `values`.
import { Form } from '@bpmn-io/form-js-viewer';

class EntryForm extends HTMLElement {
  async connectedCallback() {
    const around = this.closest('form');
    const values = around.elements.values;
    const { schema, data } = await fetch(this.getAttribute('src')).then((answer) => answer.json());
    const stage = document.createElement('div');
    this.replaceChildren(stage);
    this.form = new Form({ container: stage, debounce: false });
    await this.form.importSchema(schema, values.value ? { ...data, ...JSON.parse(values.value) } : data);
    // form-js' own form element lies inside ours: Enter in a field must not send it on its own.
    stage.addEventListener('submit', (event) => event.preventDefault());
    around.addEventListener('submit', (event) => this.hand(event, values), { capture: true });
    this.dataset.ready = 'true';
  }

  hand(event, values) {
    if (event.target !== this.closest('form')) return;
    const { data, errors } = this.form.submit();
    values.value = JSON.stringify(data);
    if (Object.keys(errors).length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.querySelector('.fjs-has-errors input, .fjs-has-errors select, .fjs-has-errors textarea')?.focus();
  }

  disconnectedCallback() {
    this.form?.destroy();
  }
}
customElements.define('entry-form', EntryForm);
