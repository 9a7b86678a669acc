// Opens a decision as Camunda Modeler does, for tests.
import DmnModeler from 'dmn-js/lib/Modeler';

/** Imports a decision into `container`; returns the warnings as texts and what is shown. */
export async function open(xml, container = '#canvas') {
  const modeler = new DmnModeler({ container });
  const { warnings } = await modeler.importXML(xml);
  const views = modeler.getViews().map((view) => view.type);
  const { xml: saved } = await modeler.saveXML({ format: true });
  return { warnings: warnings.map((warning) => warning.message), views, saved };
}

window.table = { open };
