// <dmn-table src="…">: a decision as its author drew it, to read. Until it is ready the server's own table stays.
import DmnViewer from 'dmn-js/lib/NavigatedViewer';

class DmnTable extends HTMLElement {
  async connectedCallback() {
    const xml = await fetch(this.getAttribute('src')).then((answer) => answer.text());
    const stage = document.createElement('div');
    this.append(stage);
    this.viewer = new DmnViewer({ container: stage });
    await this.viewer.importXML(xml);
    this.dataset.ready = 'true';
  }

  disconnectedCallback() {
    this.viewer?.destroy();
  }
}
customElements.define('dmn-table', DmnTable);
