// Keeping a code that is shown once: copied, or saved as a text file.
export function keeping(on) {
  on.addEventListener('click', async (event) => {
    const copy = event.target.closest('[data-copy]');
    const save = event.target.closest('[data-save]');
    const text = on.getElementById((copy ?? save)?.dataset[copy ? 'copy' : 'save'])?.textContent.trim();
    if (!text) return;
    if (copy) {
      await navigator.clipboard.writeText(text);
      copy.textContent += ' ✓';
      return;
    }
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    const link = Object.assign(on.createElement('a'), { href: address, download: 'code.txt' });
    link.click();
    URL.revokeObjectURL(address);
  });
}
