// Opens a diagram as Camunda Modeler does (Camunda 7 profile), for tests and for pictures.
import Modeler from 'bpmn-js/lib/Modeler';
import behaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import alignToOrigin from '@bpmn-io/align-to-origin';
import executableFix from 'bpmn-js-executable-fix';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import 'bpmn-js/dist/assets/diagram-js.css';

const platform = {
  name: 'Modeler',
  uri: 'http://camunda.org/schema/modeler/1.0',
  prefix: 'modeler',
  xml: { tagAlias: 'lowerCase' },
  types: [
    {
      name: 'Platform',
      extends: ['bpmn:Definitions'],
      properties: [
        { name: 'executionPlatform', isAttr: true, type: 'String' },
        { name: 'executionPlatformVersion', isAttr: true, type: 'String' },
      ],
    },
  ],
};

let modeler;

/** Imports a diagram into `container`; returns the warnings as texts. */
export async function open(xml, container = '#canvas') {
  modeler?.destroy();
  modeler = new Modeler({
    container,
    exporter: { name: 'Camunda Modeler', version: '5.50.1' },
    additionalModules: [behaviors, alignToOrigin, executableFix],
    moddleExtensions: { camunda, modeler: platform },
  });
  const { warnings } = await modeler.importXML(xml);
  return warnings.map((warning) => warning.message);
}

/** What the modeler would write to the file now. */
export const save = async () => (await modeler.saveXML({ format: true })).xml;

/** The whole drawing as SVG. */
export const picture = async () => (await modeler.saveSVG()).svg;

/** Renames an element as a person does in the canvas. */
export const rename = (id, name) => modeler.get('modeling').updateLabel(modeler.get('elementRegistry').get(id), name);

window.drawing = { open, save, picture, rename };
