// Opens a form as a person sees it, for tests.
import { Form } from '@bpmn-io/form-js-viewer';

/** Imports a form with its data into `container`; returns the warnings as texts and the labels shown. */
export async function open(schema, data = {}, container = '#canvas') {
  const form = new Form({ container: document.querySelector(container), debounce: false });
  const { warnings } = await form.importSchema(schema, data);
  return { warnings: warnings.map((warning) => warning.message), submitted: form.submit() };
}

window.form = { open };
